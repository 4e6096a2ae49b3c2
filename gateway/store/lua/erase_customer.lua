--[[ Erases what is known of a customer, the key of all that was written about them among it. The lock and the wrong
answers stay: erasing is no way around them. What is open is closed.
KEYS: 1–4 as shared/contact_life.lua says  5 shard's waiting approvals  6 shard's decided approvals
      7… what goes, the customer and the contacts among it
ARGV: 1–6 as shared/contact_life.lua says (5 who erases)  7 why  8 contacts that were counted
      9… contact ids, then ids of approvals
Answers: {'customer_missing'} | {'changed'} when the contacts are not those that were counted | {'erased'}. ]]
if redis.call('EXISTS', RECORD) == 0 then
  return {'customer_missing'}
end
local contacts, counted = {}, tonumber(ARGV[8])
for i = 9, 8 + counted do
  contacts[ARGV[i]] = true
end
local known = redis.call('HVALS', KEYS[1])
if #known ~= counted then
  return {'changed'}
end
for _, id in ipairs(known) do
  if not contacts[id] then
    return {'changed'}
  end
end
void_open(false, 'contact_changed')
for i = 9 + counted, #ARGV do
  redis.call('ZREM', KEYS[5], ARGV[i])
  redis.call('ZREM', KEYS[6], ARGV[i])
end
for i = 7, #KEYS do
  redis.call('DEL', KEYS[i])
end
tell(KEYS[4], 'customer.erased', now, CUSTOMER, 'by', PERSON, 'erasure_reason', ARGV[7])
return {'erased'}
