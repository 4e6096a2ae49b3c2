--[[ Registers a contact of a customer.
KEYS: 1 customer  2 contacts  3 contact  4 audit
ARGV: 1 contact id  2 blind index of the number  3 contacts allowed  4 customer id  5 line type  6 label  7 sealed number
      8 who registers it
Answers: {'created'} | {'customer_missing'} | {'duplicate', contact id} | {'too_many'}. ]]
local now = store_time()
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'customer_missing'}
end
local known = redis.call('HGET', KEYS[2], ARGV[2])
if known then
  return {'duplicate', known}
end
if redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[3]) then
  return {'too_many'}
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[3], 'index', ARGV[2], 'status', 'needs_verification', 'version', 1,
  'line_type', ARGV[5], 'label', ARGV[6], 'number', ARGV[7])
tell(KEYS[4], 'contact.created', now, ARGV[4], 'contact', ARGV[1], 'line_type', ARGV[5], 'label', ARGV[6], 'by', ARGV[8])
return {'created'}
