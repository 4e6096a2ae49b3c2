--[[ What opening a verification looks at, in one look.
KEYS: 1 customer  2 guard  3 contact (the customer again where none is named)  4 branch password
ARGV: 1 operation  2… fields of the contact that are wanted
Answers: false when there is no such customer | {kind, consent (1 or 0), locked (1 or 0), how the customer stands as
         shared/standing.lua says, the values of the contact's fields}. ]]
local customer = redis.call('HMGET', KEYS[1], 'kind', 'consent', 'o.day', of_day(ARGV[1]))
if not customer[1] then
  return false
end
return {customer[1], tonumber(customer[2]), redis.call('HEXISTS', KEYS[2], 'locked_at'),
  standing(customer[3], customer[4], KEYS[4]), redis.call('HMGET', KEYS[3], unpack(ARGV, 2))}
