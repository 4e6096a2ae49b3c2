--[[ Puts a branch password in force for a customer and an operation; the one before it is void.
KEYS: 1 branch password  2 its owner entry  3 customer  4 audit
ARGV: 1 branch password id  2 digest  3 life (ms)  4 customer id  5 operation  6 branch  7 issued by
      8 person of the key
Answers: {'customer_missing'} | {'issued', now, expires_at}. ]]
local now = store_time()
if redis.call('EXISTS', KEYS[3]) == 0 then
  return {'customer_missing'}
end
local expires_at = now + tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'status', 'active', 'code', ARGV[2], 'issued_at', now,
  'expires_at', expires_at, 'branch', ARGV[6], 'issued_by', ARGV[7])
redis.call('PEXPIREAT', KEYS[1], expires_at)
redis.call('SET', KEYS[2], ARGV[4] .. ' ' .. ARGV[5], 'PXAT', expires_at)
tell(KEYS[4], 'branch_password.issued', now, ARGV[4], 'branch_password', ARGV[1], 'operation', ARGV[5],
  'branch', ARGV[6], 'by', ARGV[7], 'key_of', ARGV[8])
return {'issued', now, expires_at}
