--[[ Read before every verb: the store's clock, the one way a verification is read, and the one it is closed. ]]
local function store_time()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

--[[ What a gateway makes a verification of: {now (ms), wrong answers, locked (1 or 0), field, value, …}. ]]
local function as_read(verification, now, wrong, locked)
  local answer = { now, wrong, locked and 1 or 0 }
  for _, word in ipairs(redis.call('HGETALL', verification)) do
    answer[#answer + 1] = word
  end
  return answer
end

--[[ keys: verification, open (the customer's open verifications), expiring (the shard's), audit.
The code goes when the verification closes; gateways that wait for a change are told. ]]
local function close(keys, id, status, reason, channel, now)
  redis.call('HSET', keys.verification, 'status', status, 'reason', reason, 'closed_at', now)
  redis.call('HDEL', keys.verification, 'code', 'sealed')
  redis.call('HINCRBY', keys.verification, 'rev', 1)
  redis.call('ZREM', keys.open, id)
  redis.call('ZREM', keys.expiring, id)
  redis.call('XADD', keys.audit, '*', 'event', 'verification.' .. status, 'verification', id, 'at', now,
    'reason', reason, 'channel', channel)
  redis.call('PUBLISH', 'bonin:changes', id)
end

