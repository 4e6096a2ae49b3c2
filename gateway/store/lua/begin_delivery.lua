--[[ Reserves one hand-over of a delivery to a carrier, before the carrier is asked: so it is counted even when the process
that asks dies. A notice has neither status nor life: it is wanted until a carrier has it.
KEYS: 1 verification or notice
ARGV: 1 delivery number  2 carrier  3 most hand-overs that may have happened
Answers: {'not_wanted'} gone, closed, past its time, replaced by a later delivery, given up, or with a carrier
         | {'spent'} | {'begun', number of the hand-over, how many more may follow, carrier of the one before or ''}. ]]
local now = store_time()
local d = redis.call('HMGET', KEYS[1], 'v.delivery', 'v.status', 'v.expires_at', 'v.d_id', 'v.d_rank', 'v.d_send',
  'v.d_base', 'v.d_carrier')
local open = not d[3] or (not d[2] and now < tonumber(d[3]))
if d[1] ~= ARGV[1] or not open or d[4] or tonumber(d[5] or '0') > 0 then
  return {'not_wanted'}
end
local send = tonumber(d[6] or '0') + 1
local left = tonumber(d[7] or '0') + tonumber(ARGV[3]) - send
if left < 0 then
  return {'spent'}
end
redis.call('HSET', KEYS[1], 'v.d_send', send, 'v.d_carrier', ARGV[2])
return {'begun', send, left, d[8] or ''}
