--[[ Takes a branch password out of force.
KEYS: 1 branch password  2 audit
ARGV: 1 branch password id  2 who revokes it  3 customer id  4 operation
Answers: {'revoked'} | {'missing'}: never issued, replaced, used, revoked or expired. ]]
local now = store_time()
local password = redis.call('HMGET', KEYS[1], 'id', 'status', 'expires_at')
if password[1] ~= ARGV[1] or password[2] ~= 'active' or now >= tonumber(password[3]) then
  return {'missing'}
end
redis.call('HSET', KEYS[1], 'status', 'revoked')
redis.call('HDEL', KEYS[1], 'code')
tell(KEYS[2], 'branch_password.revoked', now, ARGV[3], 'branch_password', ARGV[1], 'operation', ARGV[4], 'by', ARGV[2])
return {'revoked'}
