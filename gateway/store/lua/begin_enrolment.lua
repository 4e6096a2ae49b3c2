--[[ Begins the session in which an operator enrols an authenticator; the try that it took is given back.
KEYS: 1 operator  2 session
ARGV: 1 life of the session (ms)  2 sealed secret of the authenticator  3 generation of the operator that was read
      4 CSRF token  5 digest of the key
Answers: 1, or 0 when the operator has changed. ]]
local operator = redis.call('HMGET', KEYS[1], 'person', 'generation')
if operator[2] ~= ARGV[3] then
  return 0
end
local wrong = redis.call('HINCRBY', KEYS[1], 'wrong', -1)
if wrong <= 0 then
  redis.call('HDEL', KEYS[1], 'wrong')
end
redis.call('HSET', KEYS[2], 'person', operator[1], 'generation', ARGV[3], 'csrf', ARGV[4], 'key', ARGV[5],
  'pending', ARGV[2], 'seen_at', store_time())
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return 1
