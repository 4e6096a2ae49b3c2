--[[ Ends a family of auto-connect tokens.
KEYS: 1 family  2 customer's families  3 audit
ARGV: 1 auto-connect id  2 who revokes it  3 customer id
Answers: {'revoked'} | {'missing'}. ]]
local now = store_time()
redis.call('HDEL', KEYS[2], ARGV[1])
if redis.call('DEL', KEYS[1]) == 0 then
  return {'missing'}
end
tell(KEYS[3], 'auto_connect.revoked', now, ARGV[3], 'auto_connect', ARGV[1], 'by', ARGV[2])
return {'revoked'}
