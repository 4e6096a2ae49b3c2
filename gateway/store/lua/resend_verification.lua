--[[ Queues another delivery of an open verification. The code stays the same: a resend gives no new tries. Which
carrier had the last one is kept, so that another can be preferred.
KEYS: 1 verification  2 outbox  3 audit
ARGV: 1 verification id  2 resends allowed  3 next resend after (ms)
Answers: {'missing'} | {'closed', status} | {'exhausted'} | {'too_soon', retry_after_ms} | {'queued', delivery number}. ]]
local now = store_time()
local v = redis.call('HMGET', KEYS[1], 'status', 'expires_at', 'delivery', 'resend_at', 'd_carrier', 'customer_id',
  'client', 'method', 'operation', 'contact_id')
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
redis.call('HSET', KEYS[1], 'delivery', number, 'd_state', 'queued', 'd_rank', 0, 'd_at', now,
  'resend_at', now + tonumber(ARGV[3]), 'd_before', v[5] or '')
redis.call('HDEL', KEYS[1], 'd_carrier', 'd_reason', 'd_id', 'd_send', 'd_base')
redis.call('HINCRBY', KEYS[1], 'rev', 1)
redis.call('XADD', KEYS[2], '*', 'verification', ARGV[1], 'delivery', number)
tell_of(verification_of(ARGV[1], v), KEYS[3], 'verification.resent', now, 'delivery', number)
redis.call('PUBLISH', 'bonin:changes', ARGV[1])
return {'queued', number}
