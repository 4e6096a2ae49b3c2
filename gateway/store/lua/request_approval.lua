--[[ Keeps what one person asked for until a second one decides, or the time is over.
KEYS: 1 approval  2 shard's waiting approvals  3 customer  4 audit
ARGV: 1 approval id  2 time to decide (ms)  3 kept after that (ms)  4 kind  5 customer id  6 contact id, or ''
      7 requested by  8 what spellings of that name have in common  9 reason  10 sealed action
Answers: {'customer_missing'} | {'waiting', now, expires_at}. ]]
local now = store_time()
if redis.call('EXISTS', KEYS[3]) == 0 then
  return {'customer_missing'}
end
local expires_at = now + tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'status', 'waiting', 'kind', ARGV[4], 'customer_id', ARGV[5], 'contact_id', ARGV[6],
  'requested_by', ARGV[7], 'maker', ARGV[8], 'reason', ARGV[9], 'action', ARGV[10], 'requested_at', now,
  'expires_at', expires_at)
redis.call('PEXPIREAT', KEYS[1], expires_at + tonumber(ARGV[3]))
redis.call('ZADD', KEYS[2], expires_at, ARGV[1])
tell(KEYS[4], 'approval.requested', now, ARGV[5], 'approval', ARGV[1], 'kind', ARGV[4], 'contact', ARGV[6],
  'by', ARGV[7], 'request_reason', ARGV[9])
return {'waiting', now, expires_at}
