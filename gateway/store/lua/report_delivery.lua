--[[ Notes what became of a delivery; a call that is over closes its verification. A report of an earlier delivery or
hand-over, of a carrier that does not have it, or one that does not rank above what is known changes nothing:
carriers report twice, late and out of order. Our own word that it was given up counts only while none has it.
KEYS: 1 verification  2 prefix of customer keys, which the customer's id completes  3 audit
ARGV: 1 delivery number  2 state  3 rank  4 reason, or ''  5 carrier  6 carrier's id, or ''
      7 reason to close the open verification of a call with, or ''  8 number of the hand-over, or '' for giving up
Answers: {'unknown'} | {'repeated'}: it was known before | {'late'} | {'noted'}. ]]
local now = store_time()
local v = redis.call('HMGET', KEYS[1], 'v.status', 'v.delivery', 'v.d_rank', 'v.expires_at', 'v.d_send', 'v.d_carrier',
  'v.d_id', 'v.d_state', 'v.rev', 'v.customer_id', 'v.contact_id', 'v.request')
if not v[4] then
  return {'unknown'}
end
local no_news = {v[2] == ARGV[1] and (v[8] or 'queued') == ARGV[2] and 'repeated' or 'late'}
if v[2] ~= ARGV[1] or not counts(ARGV[8], ARGV[5], v[5], v[6], v[7]) then
  return no_news
end
if ARGV[6] ~= '' and not v[7] then
  redis.call('HSET', KEYS[1], 'v.d_id', ARGV[6])
end
if tonumber(v[3] or '0') >= tonumber(ARGV[3]) then
  return no_news
end
redis.call('HSET', KEYS[1], 'v.d_state', ARGV[2], 'v.d_rank', ARGV[3], 'v.d_reason', ARGV[4], 'v.d_carrier', ARGV[5],
  'v.d_at', now)
local about = about_of(KEYS[1], v[10], v[11], v[12])
tell_of(about, KEYS[3], 'delivery.' .. ARGV[2], now, 'delivery', ARGV[1], 'carrier', ARGV[5], 'carrier_id', ARGV[6],
  'reason', ARGV[4])
if ARGV[7] ~= '' and not v[1] and method_of(v[12]) == 'a' then
  local keys = { verification = KEYS[1], customer = KEYS[2] .. v[10], audit = KEYS[3] }
  if now >= tonumber(v[4]) then
    -- Callers have been shown that it expired.
    close(keys, about, v[9], 'expired', 'expired', 'carrier', now)
  else
    close(keys, about, v[9], 'failed', ARGV[7], 'carrier', now)
  end
else
  redis.call('HINCRBY', KEYS[1], 'v.rev', 1)
  tell_waiting(KEYS[1])
end
return {'noted'}
