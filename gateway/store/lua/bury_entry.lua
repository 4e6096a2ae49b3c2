--[[ Takes what cannot be delivered out of the outbox, and sets it aside. The oldest dead letters make room.
KEYS: 1 outbox  2 dead letters  3 verification or notice
ARGV: 1 consumer group  2 entry id  3 most dead letters  4… field, value, … of the dead letter
Answers: 1 | 0 when the entry is gone. ]]
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
if redis.call('XDEL', KEYS[1], ARGV[2]) == 0 then
  return 0
end
redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[3], '*', 'at', store_time(), 'customer',
  redis.call('HGET', KEYS[3], 'v.customer_id') or 'unknown', unpack(ARGV, 4))
return 1
