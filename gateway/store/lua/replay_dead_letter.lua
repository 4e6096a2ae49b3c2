--[[ Puts a dead letter back into the outbox: of a verification only while it is open and no later delivery has taken
its place, of a notice or an alarm at any time. The customer may then be reached as often as the first time.
KEYS: 1 dead letters  2 outbox  3 verification or notice  4 audit
ARGV: 1 its id  2 kind (verification, notice, hang_up, alarm)  3 verification or notice id  4 delivery number
      5 by whom  6 customer  7 kind of the alarm, or ''
Answers: {'missing'} | {'closed', status} | {'replaced'} | {'with_carrier'} | {'queued'}. ]]
local now = store_time()
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then
  return {'missing'}
end
local d = redis.call('HMGET', KEYS[3], 'v.delivery', 'v.status', 'v.expires_at', 'v.d_id', 'v.d_send')
if not d[1] then
  return {'closed', 'gone'}
end
local of = string.sub(ARGV[3], 1, 4) == 'ntc_' and 'notice' or 'verification'
if ARGV[2] == 'alarm' then
  redis.call('XADD', KEYS[2], '*', of, ARGV[3], 'delivery', ARGV[4], 'alarm', ARGV[7])
elseif ARGV[2] == 'hang_up' then
  redis.call('XADD', KEYS[2], '*', 'verification', ARGV[3], 'delivery', ARGV[4], 'hang_up', '1')
else
  if d[2] or (d[3] and now >= tonumber(d[3])) then
    return {'closed', d[2] or 'expired'}
  end
  if d[1] ~= ARGV[4] then
    return {'replaced'}
  end
  if d[4] then
    return {'with_carrier'}
  end
  redis.call('HSET', KEYS[3], 'v.d_state', 'queued', 'v.d_rank', 0, 'v.d_at', now, 'v.d_base', d[5] or 0)
  redis.call('HDEL', KEYS[3], 'v.d_reason')
  if d[3] then
    redis.call('HINCRBY', KEYS[3], 'v.rev', 1)
    tell_waiting(KEYS[3])
  end
  redis.call('XADD', KEYS[2], '*', ARGV[2], ARGV[3], 'delivery', ARGV[4])
end
redis.call('XDEL', KEYS[1], ARGV[1])
tell(KEYS[4], 'dead_letter.replayed', now, ARGV[6], of, ARGV[3], 'kind', ARGV[2], 'delivery', ARGV[4], 'by', ARGV[5])
return {'queued'}
