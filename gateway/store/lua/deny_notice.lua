--[[ The customer says that they did not ask for what a notice told of. Said again it changes nothing, and sounds its alarm
once more. The alarm is put into the outbox here, so that no process can die in between.
KEYS: 1 notice  2 audit  3 outbox
ARGV: 1 notice id  2 kind of the alarm, or '' when another tells of it
Answers: {'missing'} | {'denied_before'} | {'denied'}. ]]
local now = store_time()
local known = redis.call('HMGET', KEYS[1], 'v.customer_id', 'v.client', 'v.kind', 'v.operation', 'v.contact_id',
  'v.denied_at')
if not known[1] then
  return {'missing'}
end
if ARGV[2] ~= '' then
  redis.call('XADD', KEYS[3], '*', 'notice', ARGV[1], 'delivery', 1, 'alarm', ARGV[2])
end
if known[6] then
  return {'denied_before'}
end
redis.call('HSET', KEYS[1], 'v.denied_at', now)
tell(KEYS[2], 'notice.denied', now, known[1], 'notice', ARGV[1], 'client', known[2], 'kind', known[3],
  'operation', known[4], 'contact', known[5])
return {'denied'}
