--[[ Closes what is still open though its time is over, of the oldest span of a shard that is over. What was closed before
is only taken out of the list.
KEYS: 1 shard's expiring spans  2 audit
ARGV: 1 prefix of verification keys, before names  2 prefix of customer keys
      3 look at so many
The keys that the prefixes complete, and the lists of the spans, are in the slot of the others.
Answers: how many it looked at. ]]
local now = store_time()
local span = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
if not span then
  return 0
end
local list = KEYS[1] .. ':' .. span
local due = redis.call('LPOP', list, ARGV[3]) or {}
if #due < tonumber(ARGV[3]) then
  redis.call('ZREM', KEYS[1], span)
end
for _, name in ipairs(due) do
  local verification = ARGV[1] .. name
  local v = redis.call('HMGET', verification, 'v.status', 'v.rev', 'v.customer_id', 'v.contact_id', 'v.request')
  if v[3] and not v[1] then
    close({ verification = verification, customer = ARGV[2] .. v[3], audit = KEYS[2] },
      about_of(verification, v[3], v[4], v[5]), v[2], 'expired', 'expired', 'gateway', now)
  end
end
return #due
