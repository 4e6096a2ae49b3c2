--[[ Registers a customer, or replaces what is known of them. A changed name or birth date is another person to the
carrier: every contact needs to be made verifiable anew, and a check under way for the former person does not count.
KEYS: 1–5 as shared/contact_life.lua says  6 customer
ARGV: 1–5 as shared/contact_life.lua says  6 customer id  7 name digest  8… field, value, …
Answers: {'created' | 'replaced'}. ]]
local known = redis.call('HGET', KEYS[6], 'name_digest')
redis.call('DEL', KEYS[6])
redis.call('HSET', KEYS[6], 'name_digest', ARGV[7], unpack(ARGV, 8))
if known and known ~= ARGV[7] then
  for _, contact_id in ipairs(redis.call('HVALS', KEYS[1])) do
    fall(contact_id, 'customer_changed', 'customer')
  end
end
redis.call('XADD', KEYS[5], '*', 'event', known and 'customer.replaced' or 'customer.created', 'customer', ARGV[6],
  'at', now, 'by', PERSON)
return {known and 'replaced' or 'created'}
