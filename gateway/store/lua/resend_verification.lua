--[[ Queues another delivery of an open verification. The code stays the same: a resend gives no new tries. Which
carrier had the last one is kept, so that another can be preferred.
KEYS: 1 verification  2 outbox  3 audit
ARGV: 1 resends allowed  2 next resend after (ms)
Answers: {'missing'} | {'closed', status} | {'exhausted'} | {'too_soon', retry_after_ms} | {'queued', delivery number}. ]]
local now = store_time()
local v = redis.call('HMGET', KEYS[1], 'v.expires_at', 'v.status', 'v.delivery', 'v.resend_at', 'v.d_carrier', 'v.terms',
  'v.customer_id', 'v.contact_id', 'v.request')
if not v[1] then
  return {'missing'}
end
if v[2] then
  return {'closed', v[2]}
end
if now >= tonumber(v[1]) then
  return {'closed', 'expired'}
end
local method = method_of(v[9])
if (method ~= 's' and method ~= 'r') or tonumber(v[3]) > tonumber(ARGV[1]) then
  return {'exhausted'}
end
local life = struct.unpack('>H', v[6], 5) * 1000
local next_at = tonumber(v[4] or v[1] - life + ARGV[2])
if now < next_at then
  return {'too_soon', next_at - now}
end
local number = tonumber(v[3]) + 1
redis.call('HSET', KEYS[1], 'v.delivery', number, 'v.d_state', 'queued', 'v.d_rank', 0, 'v.d_at', now,
  'v.resend_at', now + tonumber(ARGV[2]), 'v.d_before', v[5] or '')
redis.call('HDEL', KEYS[1], 'v.d_carrier', 'v.d_reason', 'v.d_id', 'v.d_send', 'v.d_base')
redis.call('HINCRBY', KEYS[1], 'v.rev', 1)
redis.call('XADD', KEYS[2], '*', 'verification', id_of(KEYS[1]), 'delivery', number)
tell_of(about_of(KEYS[1], v[7], v[8], v[9]), KEYS[3], 'verification.resent', now, 'delivery', number)
tell_waiting(KEYS[1])
return {'queued', number}
