--[[ Writes a notice and queues its delivery.
KEYS: 1 notice  2 customer  3 outbox  4 audit
ARGV: 1 notice id  2 kept for (ms)  3… field, value, … of the notice
Answers: {'created', now} | {'customer_missing'}. ]]
local now = store_time()
if redis.call('EXISTS', KEYS[2]) == 0 then
  return {'customer_missing'}
end
redis.call('HSET', KEYS[1], 'd_state', 'queued', 'd_at', now, unpack(ARGV, 3))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('XADD', KEYS[3], '*', 'notice', ARGV[1], 'delivery', 1)
redis.call('XADD', KEYS[4], '*', 'event', 'notice.created', 'notice', ARGV[1], 'at', now)
return {'created', now}
