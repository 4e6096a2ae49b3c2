--[[ Registers a customer's overseas exemption (R9) in place of the one before. The record goes when the period is over;
the version stays, and tells a request that waits for approval that it was overtaken.
KEYS: 1 customer  2 exemption  3 its version  4 audit
ARGV: 1 customer id  2 from (ms)  3 until (ms)  4 requested via  5 requested by
Answers: {'customer_missing'} | {'created' | 'replaced'}. ]]
local now = store_time()
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'customer_missing'}
end
local known = redis.call('EXISTS', KEYS[2]) == 1
register_exemption({ exemption = KEYS[2], version = KEYS[3], audit = KEYS[4] }, ARGV[1],
  { from = ARGV[2], till = ARGV[3], via = ARGV[4], by = ARGV[5] }, now)
return {known and 'replaced' or 'created'}
