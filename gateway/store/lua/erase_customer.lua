--[[ Erases what is known of a customer, the key of all that was written about them among it. The lock and the wrong
answers stay: erasing is no way around them. What is open is closed; what was verified is worth nothing to whoever gets
the same id later on.
KEYS: 1–4 as shared/contact_life.lua says  5 shard's waiting approvals  6 shard's decided approvals
      7 when the customer was erased  8… what goes, the customer and the contacts among it
ARGV: 1–6 as shared/contact_life.lua says (5 who erases)  7 why
      8 prefix of approval keys; those that it completes are in the slot of the others
      9 how long a closed verification is kept (ms)  10 contacts that were counted
      11… contact ids, then ids of approvals
Answers: {'customer_missing'} | {'changed'} when there is a contact or a request that was not seen | {'erased'}. ]]
if redis.call('EXISTS', RECORD) == 0 then
  return {'customer_missing'}
end
local seen, first_approval = {}, 11 + ARGV[10]
for i = 11, #ARGV do
  seen[ARGV[i]] = true
end
for _, id in ipairs(redis.call('HVALS', KEYS[1])) do
  if not seen[id] then
    return {'changed'}
  end
end
for _, id in ipairs(redis.call('ZRANGE', KEYS[5], 0, -1)) do
  if not seen[id] and redis.call('HGET', ARGV[8] .. id, 'customer_id') == CUSTOMER then
    return {'changed'}
  end
end
void_open(false, 'contact_changed')
for i = first_approval, #ARGV do
  redis.call('ZREM', KEYS[5], ARGV[i])
  redis.call('ZREM', KEYS[6], ARGV[i])
end
for i = 8, #KEYS do
  redis.call('DEL', KEYS[i])
end
redis.call('SET', KEYS[7], now, 'PX', ARGV[9])
tell(KEYS[4], 'customer.erased', now, CUSTOMER, 'by', PERSON, 'erasure_reason', ARGV[7])
return {'erased'}
