--[[ Redeems a receipt, once.
KEYS: 1 mark of this receipt  2 audit
ARGV: 1 receipt id  2 verification id  3 mark is kept (ms, longer than any receipt lives)  4 client
Answers: {'redeemed'} | {'again'}. ]]
local now = store_time()
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[3]) then
  return {'again'}
end
redis.call('XADD', KEYS[2], '*', 'event', 'receipt.redeemed', 'verification', ARGV[2], 'at', now, 'by', ARGV[4])
return {'redeemed'}
