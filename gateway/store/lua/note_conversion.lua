--[[ Verifications that were texted to a range have succeeded; forgotten where its span is.
KEYS: 1 conversion of the range
ARGV: 1 the span in which they were opened  2 how many
Answers: how many of that span have. ]]
if redis.call('HEXISTS', KEYS[1], 's' .. ARGV[1]) == 0 then
  return 0
end
return redis.call('HINCRBY', KEYS[1], 'v' .. ARGV[1], ARGV[2])
