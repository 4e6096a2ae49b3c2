--[[ Closes an open verification without a verdict: canceled, denied, failed or expired. A closed one stays as it is.
KEYS: 1 verification  2 customer  3 audit
ARGV: 1 verification id  2 status  3 reason  4 channel
Answers: {'missing'} | {'closed', status it has} | {'done'}. ]]
local now = store_time()
local keys = { verification = KEYS[1], customer = KEYS[2], audit = KEYS[3] }
local v = redis.call('HMGET', KEYS[1], 'v.status', 'v.expires_at', 'v.customer_id', 'v.client', 'v.method', 'v.operation',
  'v.contact_id')
if not v[1] then
  return {'missing'}
end
if v[1] ~= 'pending' then
  return {'closed', v[1]}
end
local told = verification_of(ARGV[1], v)
if now >= tonumber(v[2]) then
  close(keys, told, 'expired', 'expired', ARGV[4], now)
  return ARGV[2] == 'expired' and {'done'} or {'closed', 'expired'}
end
if ARGV[2] == 'expired' then
  return {'closed', 'pending'}
end
close(keys, told, ARGV[2], ARGV[3], ARGV[4], now)
return {'done'}
