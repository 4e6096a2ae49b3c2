--[[ Writes a notice and queues its delivery.
KEYS: 1 notice  2 customer  3 outbox  4 audit
ARGV: 1 notice id  2 kept for (ms)  3 client  4 customer id  5 contact id  6 kind  7 operation  8 locale
Answers: {'created', now} | {'customer_missing'}. ]]
local now = store_time()
if redis.call('EXISTS', KEYS[2]) == 0 then
  return {'customer_missing'}
end
redis.call('HSET', KEYS[1], 'v.d_state', 'queued', 'v.d_at', now, 'v.delivery', 1, 'v.client', ARGV[3],
  'v.customer_id', ARGV[4], 'v.contact_id', ARGV[5], 'v.kind', ARGV[6], 'v.operation', ARGV[7], 'v.locale', ARGV[8])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('XADD', KEYS[3], '*', 'notice', ARGV[1], 'delivery', 1)
tell(KEYS[4], 'notice.created', now, ARGV[4], 'notice', ARGV[1], 'client', ARGV[3], 'kind', ARGV[6],
  'operation', ARGV[7], 'contact', ARGV[5])
return {'created', now}
