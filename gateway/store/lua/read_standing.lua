--[[ How a customer stands with one operation: what the policy's limits and methods look at.
KEYS: 1 customer  2 branch password
ARGV: 1 letter of the operation
Answers: as shared/standing.lua says. ]]
local day = redis.call('HMGET', KEYS[1], 'o.day', of_day(ARGV[1]))
return standing(day[1], day[2], KEYS[2])
