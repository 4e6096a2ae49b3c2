--[[ Registers a customer, or replaces what is known of them. A changed name or birth date is another person to the
carrier: every contact needs to be made verifiable anew, and a check under way for the former person does not count.
KEYS: 1 customer  2 contacts  3 audit
ARGV: 1 customer id  2 name digest  3 prefix of contact keys  4… field, value, …
Answers: {'created' | 'replaced'}. ]]
local now = store_time()
local known = redis.call('HGET', KEYS[1], 'name_digest')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'name_digest', ARGV[2], unpack(ARGV, 4))
if known and known ~= ARGV[2] then
  for _, contact_id in ipairs(redis.call('HVALS', KEYS[2])) do
    local contact = ARGV[3] .. contact_id
    redis.call('HSET', contact, 'status', 'needs_verification')
    redis.call('HDEL', contact, 'verified_by', 'verified_at', 'evidence')
    redis.call('HINCRBY', contact, 'version', 1)
  end
end
local event = known and 'customer.replaced' or 'customer.created'
redis.call('XADD', KEYS[3], '*', 'event', event, 'customer', ARGV[1], 'at', now)
return {known and 'replaced' or 'created'}
