--[[ Notes what became of a notice; whose reports count is as with deliveries of verifications.
KEYS: 1 notice  2 audit
ARGV: 1 notice id  2 state  3 rank  4 reason, or ''  5 carrier  6 carrier's id, or ''
      7 number of the hand-over, or '' for giving up
Answers: {'missing'} | {'stale'} | {'noted'}. ]]
local now = store_time()
local known = redis.call('HMGET', KEYS[1], 'v.d_state', 'v.d_rank', 'v.customer_id', 'v.client', 'v.kind', 'v.operation',
  'v.contact_id', 'v.d_send', 'v.d_carrier', 'v.d_id')
if not known[1] then
  return {'missing'}
end
if not counts(ARGV[7], ARGV[5], known[8], known[9], known[10]) then
  return {'stale'}
end
if ARGV[6] ~= '' and not known[10] then
  redis.call('HSET', KEYS[1], 'v.d_id', ARGV[6])
end
if tonumber(known[2] or '0') >= tonumber(ARGV[3]) then
  return {'stale'}
end
redis.call('HSET', KEYS[1], 'v.d_state', ARGV[2], 'v.d_rank', ARGV[3], 'v.d_reason', ARGV[4], 'v.d_carrier', ARGV[5],
  'v.d_at', now)
tell(KEYS[2], 'notice.' .. ARGV[2], now, known[3], 'notice', ARGV[1], 'client', known[4], 'kind', known[5],
  'operation', known[6], 'contact', known[7], 'carrier', ARGV[5], 'carrier_id', ARGV[6], 'reason', ARGV[4])
return {'noted'}
