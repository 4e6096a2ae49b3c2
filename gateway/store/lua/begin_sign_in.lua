--[[ Counts an operator's try to sign in, before anything is compared.
KEYS: 1 operator  2 audit
ARGV: 1 wrong codes allowed  2 locked for (ms)
Answers: {'missing'} | {'locked', retry_after_ms} | {'try', now (ms), field, value, … of the operator}. ]]
local now = store_time()
local operator = redis.call('HMGET', KEYS[1], 'person', 'wrong', 'locked_until')
if not operator[1] then
  return {'missing'}
end
if operator[3] and now < tonumber(operator[3]) then
  return {'locked', tonumber(operator[3]) - now}
end
local wrong = tonumber(operator[2] or '0')
if operator[3] then
  redis.call('HDEL', KEYS[1], 'locked_until')
  wrong = 0
end
if wrong >= tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'locked_until', now + tonumber(ARGV[2]))
  tell(KEYS[2], 'operator.locked_out', now, '', 'by', operator[1])
  return {'locked', tonumber(ARGV[2])}
end
redis.call('HSET', KEYS[1], 'wrong', wrong + 1)
return {'try', now, unpack(redis.call('HGETALL', KEYS[1]))}
