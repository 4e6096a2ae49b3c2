--[[ Takes one turn of a call: each turn token is good once.
KEYS: 1 verification
ARGV: 1 turn token
Answers: {'missing'} | {'taken'} | {'turn', dialogue state, or ''}. ]]
local v = redis.call('HMGET', KEYS[1], 'v.status', 'v.turn', 'v.dialogue')
if not v[1] then
  return {'missing'}
end
if v[2] ~= ARGV[1] then
  return {'taken'}
end
redis.call('HDEL', KEYS[1], 'v.turn')
return {'turn', v[3] or ''}
