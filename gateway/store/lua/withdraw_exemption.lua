--[[ Takes a customer's overseas exemption back (R9). A request that waits for approval is overtaken, even where nothing
was registered yet.
KEYS: 1 customer  2 exemption  3 its version  4 audit
ARGV: 1 customer id  2 who withdraws it
Answers: {'customer_missing'} | {'withdrawn'} | {'none'}. ]]
local now = store_time()
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'customer_missing'}
end
redis.call('INCR', KEYS[3])
local known = redis.call('DEL', KEYS[2]) == 1
tell(KEYS[4], 'overseas_exemption.withdrawn', now, ARGV[1], 'by', ARGV[2])
return {known and 'withdrawn' or 'none'}
