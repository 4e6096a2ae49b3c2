--[[ Makes somebody an operator; who is one stays as they are.
KEYS: 1 operator  2 all operators  3 audit
ARGV: 1 the letters and digits of the name  2 name  3 role  4 generation  5 sealed secret of an authenticator, or ''
Answers: 1, or 0 when they are one already. ]]
local now = store_time()
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'person', ARGV[2], 'role', ARGV[3], 'generation', ARGV[4], 'added_at', now)
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[1], 'secret', ARGV[5], 'enrolled_at', now)
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
tell(KEYS[3], 'operator.added', now, '', 'by', ARGV[2], 'role', ARGV[3])
return 1
