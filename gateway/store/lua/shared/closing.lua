--[[ Read before the verbs that close verifications. keys: verification, customer, audit. `about` as `about_of` has it;
`revision` as it was read. The code goes when the verification closes; gateways that wait for a change are told. Answers
the revision that this makes. ]]
local function close(keys, about, revision, status, reason, channel, now)
  revision = (revision or 0) + 1
  redis.call('HSET', keys.verification, 'v.status', status, 'v.reason', reason, 'v.closed_at', now, 'v.rev', revision)
  redis.call('HDEL', keys.verification, 'v.code', 'v.sealed')
  redis.call('HDEL', keys.customer, string.sub(keys.verification, -20))
  tell_of(about, keys.audit, 'verification.' .. status, now, 'reason', reason, 'channel', channel)
  tell_waiting(keys.verification)
  return revision
end

