--[[ Read before every verb: the store's clock, the one way an event is told, and those a verification is read and
closed. A word such as 'v.status' is a field of a numerous record: gateway/store/fields.py has its short name. ]]
local function store_time()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

--[[ The numbers in a word, as gateway/store/numbers.py packs those that a process never changes. ]]
local function numbers_in(word)
  return struct.unpack('>' .. string.rep('d', #word / 8), word)
end

--[[ Which store this is: 64 bits of its replication id, which is another one after a restart and after a promotion,
when acknowledged writes may be gone: what may succeed once is worth nothing in another store. And what it says of its
replication, for `too_few_replicas`.
In a cluster (`lineage` is a key then) a node is that and its configuration epoch, which grows before it takes a slot
from another; and the store is the line of nodes along which the shard came without a loss, or nothing until somebody
has judged how it came to this one (`accept_node`). ]]
local function cluster_node(identity)
  local cluster = redis.call('CLUSTER', 'INFO')
  local _, before = string.find(cluster, 'cluster_my_epoch:', 1, true)
  return identity .. ':' .. string.match(cluster, '^%d+', before + 1)
end
local function store_identity(lineage)
  local replication = redis.call('INFO', 'replication')
  local _, before = string.find(replication, 'master_replid:', 1, true)
  local identity = string.sub(replication, before + 1, before + 16)
  if lineage then
    local accepted = redis.call('HMGET', lineage, 'node', 'line')
    identity = accepted[1] == cluster_node(identity) and accepted[2]
  end
  return identity, replication
end
local function not_accepted()
  return redis.error_reply('TRYAGAIN nobody has judged yet how this shard came here')
end
local function too_few_replicas(replication, needed)
  return needed ~= '0' and tonumber(string.match(replication, 'connected_slaves:(%d+)')) < tonumber(needed)
end

--[[ Tells the audit of one change; `...` is field, value, …. What each event tells is listed in
gateway/core/audit/events.py: whoever reads it has to look nothing up, and finds no number, name or code. ]]
local function tell_all(stream, event, now, customer, ...)
  redis.call('XADD', stream, '*', 'event', event, 'at', now, 'customer', customer, ...)
end

--[[ The same, without the fields that have no value. ]]
local function tell(stream, event, now, customer, ...)
  local words, last = { 'event', event, 'at', now, 'customer', customer, ... }, 4
  for i = 6, select('#', ...) + 6, 2 do
    if words[i] and words[i] ~= '' then
      words[last + 1], words[last + 2] = words[i - 1], words[i]
      last = last + 2
    end
  end
  redis.call('XADD', stream, '*', unpack(words, 1, last))
end

--[[ The same of a verification, which is told most: each field of `...` has its value. It is what `verification_of`
makes of the last five values of an HMGET that ends with customer_id, client, method, operation, contact_id. ]]
local function verification_of(id, values)
  local customer, client, method, operation, contact = unpack(values, #values - 4)
  return { id = id, customer = customer, client = client, method = method, operation = operation, contact = contact }
end
local function tell_of(v, stream, event, now, ...)
  if v.contact and v.contact ~= '' then
    redis.call('XADD', stream, '*', 'event', event, 'at', now, 'customer', v.customer, 'verification', v.id,
      'client', v.client, 'method', v.method, 'operation', v.operation, 'contact', v.contact, ...)
  else
    redis.call('XADD', stream, '*', 'event', event, 'at', now, 'customer', v.customer, 'verification', v.id,
      'client', v.client, 'method', v.method, 'operation', v.operation, ...)
  end
end

--[[ Tells the gateways where somebody waits for a change of the verification, by its key (gateway/store/changes.py). ]]
local function tell_waiting(verification)
  redis.call('SPUBLISH', verification, '')
end

--[[ What may change of a verification, in the order in which `verification_of` of gateway/store/verification_records.py
takes it, and behind these the fields of `...`. ]]
local MOVING = 14
local function read_moving(verification, ...)
  return redis.call('HMGET', verification, 'v.status', 'v.reason', 'v.rev', 'v.closed_at', 'v.sealed', 'v.delivery',
    'v.d_state', 'v.d_reason', 'v.d_carrier', 'v.d_at', 'v.d_id', 'v.d_before', 'v.resend_at',
    'v.dialogue', ...)
end

--[[ A verification's id without what all ids of its shard begin with ('ver_' and two letters): 20 letters, more than any
operation has that stands beside them. ]]
local function name_of(id)
  return string.sub(id, 7)
end
local function id_of(prefix, name) -- of a verification whose key they are together
  return string.sub(prefix, -6) .. name
end
local function is_name(field)
  return #field == 20
end

--[[ keys: verification, customer, audit. v: `verification_of`. The code goes when the verification closes; gateways that
wait for a change are told. Answers the revision. ]]
local function close(keys, v, status, reason, channel, now)
  redis.call('HSET', keys.verification, 'v.status', status, 'v.reason', reason, 'v.closed_at', now)
  redis.call('HDEL', keys.verification, 'v.code', 'v.sealed')
  local revision = redis.call('HINCRBY', keys.verification, 'v.rev', 1)
  redis.call('HDEL', keys.customer, name_of(v.id))
  tell_of(v, keys.audit, 'verification.' .. status, now, 'reason', reason, 'channel', channel)
  tell_waiting(keys.verification)
  return revision
end

