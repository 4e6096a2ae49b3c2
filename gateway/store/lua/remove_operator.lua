--[[ Removes an operator; their sessions are over.
KEYS: 1 operator  2 all operators  3 audit
ARGV: 1 the letters and digits of the name  2 name
Answers: 1, or 0 when there is no such operator. ]]
redis.call('HDEL', KEYS[2], ARGV[1])
if redis.call('DEL', KEYS[1]) == 0 then
  return 0
end
tell(KEYS[3], 'operator.removed', store_time(), '', 'by', ARGV[2])
return 1
