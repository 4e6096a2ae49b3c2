--[[ Notes what became of a delivery; a call that is over closes its verification. A report of an earlier delivery or
hand-over, of a carrier that does not have it, or one that does not rank above what is known changes nothing:
carriers report twice, late and out of order. Our own word that it was given up counts only while none has it.
KEYS: 1 verification  2 prefix of customer keys, which the customer's id completes  3 audit
ARGV: 1 verification id  2 delivery number  3 state  4 rank  5 reason, or ''  6 carrier  7 carrier's id, or ''
      8 reason to close the open verification of a call with, or ''  9 number of the hand-over, or '' for giving up
Answers: {'unknown'} | {'repeated'}: it was known before | {'late'} | {'noted'}. ]]
local now = store_time()
local v = redis.call('HMGET', KEYS[1], 'v.status', 'v.delivery', 'v.d_rank', 'v.expires_at', 'v.d_send', 'v.d_carrier',
  'v.d_id', 'v.d_state', 'v.customer_id', 'v.client', 'v.method', 'v.operation', 'v.contact_id')
if not v[1] then
  return {'unknown'}
end
local nothing = {v[2] == ARGV[2] and (v[8] or 'queued') == ARGV[3] and 'repeated' or 'late'}
if v[2] ~= ARGV[2] or not counts(ARGV[9], ARGV[6], v[5], v[6], v[7]) then
  return nothing
end
if ARGV[7] ~= '' and not v[7] then
  redis.call('HSET', KEYS[1], 'v.d_id', ARGV[7])
end
if tonumber(v[3] or '0') >= tonumber(ARGV[4]) then
  return nothing
end
redis.call('HSET', KEYS[1], 'v.d_state', ARGV[3], 'v.d_rank', ARGV[4], 'v.d_reason', ARGV[5], 'v.d_carrier', ARGV[6],
  'v.d_at', now)
local told = verification_of(ARGV[1], v)
tell(KEYS[3], 'delivery.' .. ARGV[3], now, told.customer, 'verification', ARGV[1], 'client', told.client,
  'method', told.method, 'operation', told.operation, 'contact', told.contact, 'delivery', ARGV[2], 'carrier', ARGV[6],
  'carrier_id', ARGV[7], 'reason', ARGV[5])
if ARGV[8] ~= '' and v[1] == 'pending' and told.method == 'ars' then
  local keys = { verification = KEYS[1], customer = KEYS[2] .. told.customer, audit = KEYS[3] }
  if now >= tonumber(v[4]) then
    -- Callers have been shown that it expired.
    close(keys, told, 'expired', 'expired', 'carrier', now)
  else
    close(keys, told, 'failed', ARGV[8], 'carrier', now)
  end
else
  redis.call('HINCRBY', KEYS[1], 'v.rev', 1)
  tell_waiting(KEYS[1])
end
return {'noted'}
