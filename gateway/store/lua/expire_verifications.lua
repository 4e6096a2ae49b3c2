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
  local verification, id = ARGV[1] .. name, id_of(ARGV[1], name)
  local v = redis.call('HMGET', verification, 'v.status', 'v.customer_id', 'v.client', 'v.method', 'v.operation',
    'v.contact_id')
  if v[1] == 'pending' then
    local about = verification_of(id, v)
    close({ verification = verification, customer = ARGV[2] .. about.customer, audit = KEYS[2] }, about,
      'expired', 'expired', 'gateway', now)
  end
end
return #due
