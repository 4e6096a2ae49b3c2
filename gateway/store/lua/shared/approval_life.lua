--[[ Read before the verbs that decide on a request. keys: approval, waiting and decided (the shard's), audit. ]]
local function close_approval(keys, id, status, by, person, reason, kept, now)
  local asked = redis.call('HMGET', keys.approval, 'kind', 'customer_id', 'contact_id', 'requested_by', 'reason')
  redis.call('HSET', keys.approval, 'status', status, 'decided_by', by, 'decided_at', now, 'decision_reason', reason)
  redis.call('PEXPIREAT', keys.approval, now + kept)
  redis.call('ZREM', keys.waiting, id)
  redis.call('ZADD', keys.decided, now, id)
  redis.call('ZREMRANGEBYSCORE', keys.decided, '-inf', now - kept)
  tell(keys.audit, 'approval.' .. status, now, asked[2], 'approval', id, 'kind', asked[1], 'contact', asked[3],
    'requested_by', asked[4], 'request_reason', asked[5], 'by', by, 'key_of', person, 'decision_reason', reason)
end

--[[ Why a request cannot be decided any more, or nil. One that is past its time is closed by this look at it. ]]
local function closed_approval(keys, id, kept, now)
  local approval = redis.call('HMGET', keys.approval, 'status', 'expires_at')
  if not approval[1] then
    redis.call('ZREM', keys.waiting, id)
    return {'missing'}
  end
  if approval[1] ~= 'waiting' then
    return {'closed', approval[1]}
  end
  if now >= tonumber(approval[2]) then
    close_approval(keys, id, 'expired', 'gateway', 'gateway', '', kept, now)
    return {'closed', 'expired'}
  end
  return nil
end
