--[[ Registers a customer, or replaces what is known of them. A changed name or birth date is another person to the
carrier: every contact needs to be made verifiable anew, and a check under way for the former person does not count.
KEYS: 1–5 as shared/contact_life.lua says  6 customer
ARGV: 1–6 as shared/contact_life.lua says  7 name digest  8 the same under the other index key in force, or again
      9 kind  10 consent (1 or 0)  11… other fields and values
Answers: {'created' | 'replaced'}. ]]
local known = redis.call('HMGET', KEYS[6], 'name_digest', 'consent')
redis.call('DEL', KEYS[6])
redis.call('HSET', KEYS[6], 'name_digest', ARGV[7], 'kind', ARGV[9], 'consent', ARGV[10], unpack(ARGV, 11))
local another = known[1] and known[1] ~= ARGV[7] and known[1] ~= ARGV[8]
tell(KEYS[5], known[1] and 'customer.replaced' or 'customer.created', now, CUSTOMER, 'kind', ARGV[9],
  'identity_changed', another and '1', 'by', PERSON)
if (known[2] or '0') ~= ARGV[10] then
  tell(KEYS[5], ARGV[10] == '1' and 'customer.consent_given' or 'customer.consent_withdrawn', now, CUSTOMER, 'by', PERSON)
end
for _, contact_id in ipairs(another and redis.call('HVALS', KEYS[1]) or {}) do
  fall(contact_id, 'customer_changed', 'customer')
end
return {known[1] and 'replaced' or 'created'}
