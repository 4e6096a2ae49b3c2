--[[ The carrier certainly did nothing: the hand-over that was begun does not count, and the one before is the latest.
KEYS: 1 verification or notice
ARGV: 1 delivery number  2 number of the hand-over  3 carrier of the one before, or ''
Answers: 1 | 0 when it is not the latest, or the carrier has said that it has the delivery. ]]
local d = redis.call('HMGET', KEYS[1], 'v.delivery', 'v.d_send', 'v.d_id')
if d[1] ~= ARGV[1] or d[2] ~= ARGV[2] or d[3] then
  return 0
end
redis.call('HSET', KEYS[1], 'v.d_send', tonumber(ARGV[2]) - 1)
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], 'v.d_carrier')
else
  redis.call('HSET', KEYS[1], 'v.d_carrier', ARGV[3])
end
return 1
