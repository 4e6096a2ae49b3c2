--[[ Counts codes of a range that were used, unless the span in which they were texted is forgotten already.
KEYS: 1 conversion of the range
ARGV: 1 the span in which they were opened  2 how many
Answers: how many codes of that span were used. ]]
if redis.call('HEXISTS', KEYS[1], 's' .. ARGV[1]) == 0 then
  return 0
end
return redis.call('HINCRBY', KEYS[1], 'v' .. ARGV[1], ARGV[2])
