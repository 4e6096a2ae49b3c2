--[[ Queues another delivery of an open verification. The code stays the same: a resend gives no new tries. Which
carrier had the last one is kept, so that another can be preferred.
KEYS: 1 verification  2 outbox  3 audit
ARGV: 1 verification id  2 resends allowed  3 next resend after (ms)
Answers: {'missing'} | {'closed', status} | {'exhausted'} | {'too_soon', retry_after_ms} | {'queued', delivery number}. ]]
local now = store_time()
local v = redis.call('HMGET', KEYS[1], 'v.status', 'v.expires_at', 'v.delivery', 'v.resend_at', 'v.d_carrier',
  'v.customer_id', 'v.client', 'v.method', 'v.operation', 'v.contact_id')
if not v[1] then
  return {'missing'}
end
if v[1] ~= 'pending' then
  return {'closed', v[1]}
end
if now >= tonumber(v[2]) then
  return {'closed', 'expired'}
end
if not v[3] or not v[4] or tonumber(v[3]) > tonumber(ARGV[2]) then
  return {'exhausted'}
end
if now < tonumber(v[4]) then
  return {'too_soon', tonumber(v[4]) - now}
end
local number = tonumber(v[3]) + 1
redis.call('HSET', KEYS[1], 'v.delivery', number, 'v.d_state', 'queued', 'v.d_rank', 0, 'v.d_at', now,
  'v.resend_at', now + tonumber(ARGV[3]), 'v.d_before', v[5] or '')
redis.call('HDEL', KEYS[1], 'v.d_carrier', 'v.d_reason', 'v.d_id', 'v.d_send', 'v.d_base')
redis.call('HINCRBY', KEYS[1], 'v.rev', 1)
redis.call('XADD', KEYS[2], '*', 'verification', ARGV[1], 'delivery', number)
tell_of(verification_of(ARGV[1], v), KEYS[3], 'verification.resent', now, 'delivery', number)
tell_waiting(KEYS[1])
return {'queued', number}
