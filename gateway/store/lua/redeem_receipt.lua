--[[ Redeems a receipt, once, in its time, and only in the store that gave it: another may have lost the mark that it was
redeemed. It is refused when the verification was denied since, when its person or contact has changed since, when
today's policy refuses the operation, and while the customer is locked. Whoever redeemed it under a key is told so again
under the same key, if none of that has happened: the first answer may have been lost.
KEYS: 1 verification  2 audit  3 customer  4 guard  5 contact (the customer again where there is none)
      6 when a customer of this id was erased  7 lineage, in a cluster
ARGV: 1 replicas that must hold the mark  2 what the verification is about (gateway/store/about.py)
      3 kinds of customer that need online consent to the operation
      4 when the receipt is too old (ms since the epoch)  5 kinds of customer that the policy refuses it
      6 what the request is known by under its key, or '' where it has none: the mark
Answers: {'redeemed'} | {'again'} | {'expired'} | {'denied'} | {'outdated'} | {'locked'} | {'refused', kind}
         | {'store_changed'} | TRYAGAIN | NOREPLICAS | {'customer_missing'} | {'consent_missing'}. ]]
local now = store_time()
local v = redis.call('HMGET', KEYS[1], 'v.store', 'v.status', 'v.closed_at', 'v.contact_version', 'v.redeemed')
local born_in, status, verified_at, version, redeemed = unpack(v, 1, 5)
local at_home, replication = is_at_home(born_in, KEYS[7])
if at_home == nil then
  return not_accepted()
end
if too_few_replicas(replication, ARGV[1]) then
  return no_replicas()
end
if status == 'denied' then -- Told before all else: an alarm does not grow old with the receipt.
  return {'denied'}
end
if now >= tonumber(ARGV[4]) then
  return {'expired'}
end
if not at_home then
  return {'store_changed'}
end
if status ~= 'verified' then -- It was, when it was signed: doubt is a no.
  return {'denied'}
end
if redeemed and (ARGV[6] == '' or redeemed ~= ARGV[6]) then
  return {'again'}
end
local customer = redis.call('HMGET', KEYS[3], 'kind', 'consent', 'other_since')
if not customer[1] then
  return {'customer_missing'}
end
if string.find(ARGV[5], customer[1], 1, true) then
  return {'refused', customer[1]}
end
if customer[2] ~= '1' and string.find(ARGV[3], customer[1], 1, true) then
  return {'consent_missing'}
end
if redis.call('HEXISTS', KEYS[4], 'locked_at') == 1 then
  return {'locked'}
end
local other_since = math.max(tonumber(customer[3] or '0'), tonumber(redis.call('GET', KEYS[6]) or '0'))
local is_another = tonumber(verified_at) <= other_since
if is_another or (version and redis.call('HGET', KEYS[5], 'c.version') ~= version) then
  return {'outdated'}
end
redis.call('HSET', KEYS[1], 'v.redeemed', ARGV[6]) -- Again as well: replicas are waited for by what is written.
if not redeemed then
  tell_of(ARGV[2], KEYS[2], 'receipt.redeemed', now)
end
return {'redeemed'}
