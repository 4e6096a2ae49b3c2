--[[ What a decision looks at, in one look.
KEYS: 1 customer  2 guard  3 exemption  4 branch password  5 contacts
ARGV: 1 letter of the operation  2 prefix of contact keys, which are in the slot of the others
Answers: false when there is no such customer | {kind, consent (1 or 0), locked (1 or 0), fields of the exemption each
         with its value, how the customer stands as shared/standing.lua says, contacts: {id, its fields as
         shared/contact_fields.lua has them} each}. ]]
local customer = redis.call('HMGET', KEYS[1], 'kind', 'consent', 'o.day', of_day(ARGV[1]))
if not customer[1] then
  return false
end
local contacts = {}
for i, id in ipairs(redis.call('HVALS', KEYS[5])) do
  contacts[i] = { id, contact_fields(ARGV[2] .. id) }
end
return { customer[1], tonumber(customer[2]), redis.call('HEXISTS', KEYS[2], 'locked_at'), redis.call('HGETALL', KEYS[3]),
  standing(customer[3], customer[4], KEYS[4]), contacts }
