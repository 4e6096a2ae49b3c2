--[[ Redeems a receipt, once, and only in the store that gave it: another may have lost the mark of the first time.
KEYS: 1 mark of this receipt  2 audit  3 verification  4 customer  5 lineage, in a cluster
ARGV: 1 mark is kept (ms, longer than any receipt lives)  2 replicas that must hold the mark
      3 what it is about (gateway/store/about.py)  4 kinds of customer that need online consent to the operation
Answers: {'redeemed'} | {'again'} | {'store_changed'} | NOREPLICAS | {'customer_missing'}
         | {'consent_missing'}. ]]
local now = store_time()
local identity, replication = store_identity(KEYS[5])
if not identity then
  return not_accepted()
end
if too_few_replicas(replication, ARGV[2]) then
  return no_replicas()
end
if redis.call('HGET', KEYS[3], 'v.store') ~= identity then
  return {'store_changed'}
end
local customer = redis.call('HMGET', KEYS[4], 'kind', 'consent')
if not customer[1] then
  return {'customer_missing'}
end
if customer[2] ~= '1' and string.find(ARGV[4], customer[1], 1, true) then
  return {'consent_missing'}
end
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return {'again'}
end
tell_of(ARGV[3], KEYS[2], 'receipt.redeemed', now)
return {'redeemed'}
