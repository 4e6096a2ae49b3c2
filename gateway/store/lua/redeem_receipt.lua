--[[ Redeems a receipt, once.
KEYS: 1 mark of this receipt  2 audit
ARGV: 1 mark is kept (ms, longer than any receipt lives)  2 verification id  3 customer id  4 client  5 method
      6 operation  7 contact id, or ''
Answers: {'redeemed'} | {'again'}. ]]
local now = store_time()
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return {'again'}
end
tell_of(verification_of(ARGV[2], ARGV), KEYS[2], 'receipt.redeemed', now)
return {'redeemed'}
