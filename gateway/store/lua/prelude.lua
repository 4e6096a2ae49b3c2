--[[ Read before every verb: the store's clock, the one way an event is told, and those a verification is read and
closed. ]]
local function store_time()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

--[[ Which store this is, and how many replicas it has. Its replication id is another one after a restart and after a
promotion, when acknowledged writes may be gone: what may succeed once is worth nothing in another store. ]]
local function store_identity()
  local replication = redis.call('INFO', 'replication')
  return string.match(replication, 'master_replid:(%x+)'), tonumber(string.match(replication, 'connected_slaves:(%d+)'))
end

--[[ Tells the audit of one change. `more` is field, value, …; a field without a value is left out. What each event
tells is listed in gateway/core/audit/events.py: whoever reads it has to look nothing up, and finds no number, name or code. ]]
local function tell(stream, event, now, customer, ...)
  local words, more = { 'event', event, 'at', now }, { 'customer', customer, ... }
  for i = 2, select('#', ...) + 2, 2 do
    if more[i] and more[i] ~= '' then
      words[#words + 1] = more[i - 1]
      words[#words + 1] = more[i]
    end
  end
  redis.call('XADD', stream, '*', unpack(words))
end

--[[ The same of a verification. It is what `verification_of` makes of the last five values of an HMGET that ends with
customer_id, client, method, operation, contact_id. ]]
local function verification_of(id, values)
  local customer, client, method, operation, contact = unpack(values, #values - 4)
  return { id = id, customer = customer, client = client, method = method, operation = operation, contact = contact }
end
local function tell_of(verification, stream, event, now, ...)
  tell(stream, event, now, verification.customer, 'verification', verification.id, 'client', verification.client,
    'method', verification.method, 'operation', verification.operation, 'contact', verification.contact, ...)
end

--[[ What a gateway makes a verification of: {now (ms), wrong answers, locked (1 or 0), field, value, …}. ]]
local function as_read(verification, now, wrong, locked)
  local answer = { now, wrong, locked and 1 or 0 }
  for _, word in ipairs(redis.call('HGETALL', verification)) do
    answer[#answer + 1] = word
  end
  return answer
end

--[[ keys: verification, open (the customer's open verifications), expiring (the shard's), audit. v: `verification_of`.
The code goes when the verification closes; gateways that wait for a change are told. ]]
local function close(keys, v, status, reason, channel, now)
  redis.call('HSET', keys.verification, 'status', status, 'reason', reason, 'closed_at', now)
  redis.call('HDEL', keys.verification, 'code', 'sealed')
  redis.call('HINCRBY', keys.verification, 'rev', 1)
  redis.call('ZREM', keys.open, v.id)
  redis.call('ZREM', keys.expiring, v.id)
  tell_of(v, keys.audit, 'verification.' .. status, now, 'reason', reason, 'channel', channel)
  redis.call('PUBLISH', 'bonin:changes', v.id)
end

