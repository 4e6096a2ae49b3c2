--[[ How a customer stands with one operation: what the policy's limits and methods look at.
KEYS: 1 opened for the customer of late  2 branch password
ARGV: 1 operation
Answers: as shared/standing.lua says. ]]
return standing(KEYS[1], KEYS[2], ARGV[1])
