--[[ Registers a contact of a customer.
KEYS: 1 customer  2 contacts  3 contact  4 audit
ARGV: 1 contact id  2 blind index of the number  3 the same under the other index key in force, or again
      4 contacts allowed  5 customer id  6 line type  7 label  8 sealed number  9 who registers it
Answers: {'created'} | {'customer_missing'} | {'duplicate', contact id} | {'too_many'}. ]]
local now = store_time()
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'customer_missing'}
end
local known = redis.call('HGET', KEYS[2], ARGV[2]) or redis.call('HGET', KEYS[2], ARGV[3])
if known then
  return {'duplicate', known}
end
if redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[4]) then
  return {'too_many'}
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[3], 'index', ARGV[2], 'status', 'needs_verification', 'version', 1,
  'line_type', ARGV[6], 'label', ARGV[7], 'number', ARGV[8])
tell(KEYS[4], 'contact.created', now, ARGV[5], 'contact', ARGV[1], 'line_type', ARGV[6], 'label', ARGV[7], 'by', ARGV[9])
return {'created'}
