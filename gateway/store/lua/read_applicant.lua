--[[ What opening a verification looks at, in one look.
KEYS: 1 customer  2 guard  3 contact, or where none is named the branch password
ARGV: 1 letter of the operation  2 '1' where a contact is named
Answers: false when there is no such customer | {kind, consent (1 or 0), locked (1 or 0), how the customer stands as
         shared/standing.lua says, the contact's fields as shared/contact_fields.lua has them, or false}. ]]
local customer = redis.call('HMGET', KEYS[1], 'kind', 'consent', 'o.day', of_day(ARGV[1]))
if not customer[1] then
  return false
end
local has_contact = ARGV[2] == '1'
return { customer[1], tonumber(customer[2]), redis.call('HEXISTS', KEYS[2], 'locked_at'),
  standing(customer[3], customer[4], not has_contact and KEYS[3]),
  has_contact and contact_fields(KEYS[3]) }
