--[[ Takes one turn of a call, each turn token being good once, and reads the verification that the call is for.
KEYS: 1 verification  2 prefix of the shard's guards, which the customer's id completes
ARGV: 1 turn token  2 carrier
Answers: {'missing'} also when the call is another carrier's | {'taken'} | {'turn', the verification as
         shared/reading.lua has it}. ]]
local v = redis.call('HMGET', KEYS[1], 'v.turn', 'v.d_carrier')
if v[2] ~= ARGV[2] then
  return {'missing'}
end
if v[1] ~= ARGV[1] then
  return {'taken'}
end
redis.call('HDEL', KEYS[1], 'v.turn')
return {'turn', read_whole(KEYS[1], KEYS[2])}
