--[[ Forgets an operator's authenticator: they enrol one again, and their sessions are over.
KEYS: 1 operator  2 audit
ARGV: 1 generation
Answers: 1, or 0 when there is no such operator. ]]
local person = redis.call('HGET', KEYS[1], 'person')
if not person then
  return 0
end
redis.call('HDEL', KEYS[1], 'secret', 'enrolled_at', 'wrong', 'locked_until')
redis.call('HSET', KEYS[1], 'generation', ARGV[1])
tell(KEYS[2], 'operator.authenticator_reset', store_time(), '', 'by', person)
return 1
