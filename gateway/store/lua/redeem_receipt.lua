--[[ Redeems a receipt, once, and only in the store that gave it: another may have lost the mark of the first time.
KEYS: 1 mark of this receipt  2 audit  3 verification  4 lineage, in a cluster
ARGV: 1 mark is kept (ms, longer than any receipt lives)  2 verification id  3 replicas that must hold the mark
      4 customer id  5 client  6 method  7 operation  8 contact id, or ''
Answers: {'redeemed'} | {'again'} | {'store_changed'} | {'too_few_replicas'}. ]]
local now = store_time()
local identity, replication = store_identity(KEYS[4])
if not identity then
  return not_accepted()
end
if too_few_replicas(replication, ARGV[3]) then
  return {'too_few_replicas'}
end
if redis.call('HGET', KEYS[3], 'v.store') ~= identity then
  return {'store_changed'}
end
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return {'again'}
end
tell_of(verification_of(ARGV[2], ARGV), KEYS[2], 'receipt.redeemed', now)
return {'redeemed'}
