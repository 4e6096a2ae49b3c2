--[[ Takes a branch password out of force.
KEYS: 1 branch password  2 audit
ARGV: 1 branch password id  2 who revokes it
Answers: {'revoked'} | {'missing'}: never issued, replaced, used, revoked or expired. ]]
local now = store_time()
local password = redis.call('HMGET', KEYS[1], 'id', 'status', 'expires_at')
if password[1] ~= ARGV[1] or password[2] ~= 'active' or now >= tonumber(password[3]) then
  return {'missing'}
end
redis.call('HSET', KEYS[1], 'status', 'revoked')
redis.call('HDEL', KEYS[1], 'code')
redis.call('XADD', KEYS[2], '*', 'event', 'branch_password.revoked', 'branch_password', ARGV[1], 'at', now,
  'by', ARGV[2])
return {'revoked'}
