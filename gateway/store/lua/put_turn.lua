--[[ Sets the next turn of a call and the state of its dialogue; nothing when the verification is gone.
KEYS: 1 verification
ARGV: 1 turn token, or '' when the call is over  2 dialogue state
Answers: 1 | 0. ]]
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], 'v.turn', ARGV[1], 'v.dialogue', ARGV[2])
return 1
