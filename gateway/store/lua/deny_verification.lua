--[[ The customer says that they asked for nothing. What is open closes. What was verified is denied from now on, so that
nobody redeems its receipt, and what rests on it falls: the contact that it vouched for, the device that it had
remembered. What ended in another way gave nothing, and stays as it ended. In every case an alarm is to be sounded. It is
put into the outbox here, so that no process can die in between.
KEYS: 1–4 as shared/contact_life.lua says  5 verification  6 customer's auto-connect families
ARGV: 1–6 as shared/contact_life.lua says  7 reason  8 channel
      9 prefix of the customer's auto-connect keys; what it completes is in the slot of the others
      10 kind of the alarm  11 kind of the alarm when the receipt has been redeemed
Answers: {'missing'} | {the status that it had, 1 when its receipt has been redeemed, else 0}. ]]
local v = redis.call('HMGET', KEYS[5], 'v.expires_at', 'v.status', 'v.rev', 'v.contact_id', 'v.request', 'v.delivery',
  'v.target_contact_id', 'v.redeemed', 'auto_connect')
local expires_at, had, revision, contact_id, request, delivery, target, redeemed, family = unpack(v, 1, 9)
if not expires_at then
  return {'missing'}
end
local function over(status, reason)
  close({ verification = KEYS[5], customer = RECORD, audit = KEYS[4] },
    about_of(KEYS[5], CUSTOMER, contact_id, request), revision, status, reason, ARGV[8], now)
end

if not had and now >= tonumber(expires_at) then
  had = 'expired'
  over(had, had)
elseif not had then
  had = 'pending'
  over('denied', ARGV[7])
  if method_of(request) == 'a' and ARGV[8] ~= 'phone' then
    redis.call('XADD', KEYS[3], '*', 'verification', id_of(KEYS[5]), 'delivery', delivery, 'hang_up', '1')
  end
elseif had == 'verified' then
  over('denied', ARGV[7])
  if target and redis.call('HGET', CONTACT .. target, 'c.vouched_by') == contact_id then
    fall(target, 'vouch_denied', id_of(KEYS[5]))
  end
  if family and redis.call('DEL', ARGV[9] .. family) == 1 then
    redis.call('HDEL', KEYS[6], family)
    tell(KEYS[4], 'auto_connect.ended', now, CUSTOMER, 'auto_connect', family, 'reason', 'denied')
  end
end
redis.call('XADD', KEYS[3], '*', 'verification', id_of(KEYS[5]), 'delivery', delivery or 0,
  'alarm', redeemed and ARGV[11] or ARGV[10])
return { had, redeemed and 1 or 0 }
