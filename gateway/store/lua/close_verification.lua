--[[ Closes an open verification without a verdict: canceled, denied, failed or expired. A closed one stays as it is.
KEYS: 1 verification  2 customer  3 audit
ARGV: 1 status  2 reason  3 channel
Answers: {'missing'} | {'closed', status it has} | {'done'}. ]]
local now = store_time()
local keys = { verification = KEYS[1], customer = KEYS[2], audit = KEYS[3] }
local v = redis.call('HMGET', KEYS[1], 'v.expires_at', 'v.status', 'v.rev', 'v.customer_id', 'v.contact_id', 'v.request')
if not v[1] then
  return {'missing'}
end
if v[2] then
  return {'closed', v[2]}
end
local about = about_of(KEYS[1], v[4], v[5], v[6])
if now >= tonumber(v[1]) then
  close(keys, about, v[3], 'expired', 'expired', ARGV[3], now)
  return ARGV[1] == 'expired' and {'done'} or {'closed', 'expired'}
end
if ARGV[1] == 'expired' then
  return {'closed', 'pending'}
end
close(keys, about, v[3], ARGV[1], ARGV[2], ARGV[3], now)
return {'done'}
