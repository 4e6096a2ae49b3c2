--[[ Closes the open verifications of a span of a shard that were opened in another store: this one may have lost what
that one answered about them. A phone that rings for one stops.
KEYS: 1 list of what expires in the span  2 outbox  3 audit  4 lineage, in a cluster
ARGV: 1 prefix of verification keys, before names  2 prefix of customer keys
      3 pass over so many  4 look at so many
The keys that the prefixes complete are in the slot of the others.
Answers: {how many it looked at, how many of them it closed} | TRYAGAIN. ]]
local now, home = store_time(), birthplace(KEYS[4])
if not home then
  return not_accepted()
end
local found = redis.call('LRANGE', KEYS[1], ARGV[3], ARGV[3] + ARGV[4] - 1)
local closed = 0
for _, name in ipairs(found) do
  local verification = ARGV[1] .. name
  local v = redis.call('HMGET', verification, 'v.status', 'v.store', 'v.delivery', 'v.rev', 'v.customer_id',
    'v.contact_id', 'v.request')
  if v[2] and not v[1] and line_of(v[2]) ~= line_of(home) then
    close({ verification = verification, customer = ARGV[2] .. v[5], audit = KEYS[3] },
      about_of(verification, v[5], v[6], v[7]), v[4], 'failed', 'store_changed', 'gateway', now)
    if method_of(v[7]) == 'a' then
      redis.call('XADD', KEYS[2], '*', 'verification', id_of(verification), 'delivery', v[3], 'hang_up', '1')
    end
    closed = closed + 1
  end
end
return {#found, closed}
