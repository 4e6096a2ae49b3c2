--[[ Uses a time step of an operator's authenticator up, once, and begins a session.
KEYS: 1 operator  2 session  3 audit
ARGV: 1 time step  2 generation of the operator that was read  3 life of the session (ms)
      4 sealed secret of an authenticator that is enrolled by this, or ''  5 CSRF token  6 digest of the key
Answers: 1, or 0 when the step is used up, the operator has changed or another authenticator was enrolled. ]]
local now = store_time()
local operator = redis.call('HMGET', KEYS[1], 'person', 'generation', 'step', 'secret')
if operator[2] ~= ARGV[2] or tonumber(ARGV[1]) <= tonumber(operator[3] or '0') then
  return 0
end
if ARGV[4] ~= '' then
  if operator[4] then
    return 0
  end
  redis.call('HSET', KEYS[1], 'secret', ARGV[4], 'enrolled_at', now)
  tell(KEYS[3], 'operator.enrolled', now, '', 'by', operator[1])
end
redis.call('HSET', KEYS[1], 'step', ARGV[1])
redis.call('HDEL', KEYS[1], 'wrong', 'locked_until')
redis.call('HSET', KEYS[2], 'person', operator[1], 'generation', ARGV[2], 'csrf', ARGV[5], 'key', ARGV[6],
  'signed_in', 1, 'seen_at', now)
redis.call('PEXPIRE', KEYS[2], ARGV[3])
tell(KEYS[3], 'operator.signed_in', now, '', 'by', operator[1])
return 1
