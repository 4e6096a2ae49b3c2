--[[ Notes under which keys a gateway writes, unless the store has data under a key that this gateway does not know.
KEYS: 1 keys in use  2 audit
ARGV: purpose, id of the key that writes, id of the other one in force (or again); for each purpose
Answers: {'entered'} | {'unknown', purpose, key id, …}, and nothing is noted. ]]
local given, known, writes, unknown = {}, {}, {}, {'unknown'}
for i = 1, #ARGV, 3 do
  given[ARGV[i]] = true
  known[ARGV[i] .. ':' .. ARGV[i + 1]] = true
  known[ARGV[i] .. ':' .. ARGV[i + 2]] = true
  writes[#writes + 1] = ARGV[i] .. ':' .. ARGV[i + 1]
end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local purpose, id = string.match(field, '^(.*):(.*)$')
  if given[purpose] and not known[field] then
    unknown[#unknown + 1] = purpose
    unknown[#unknown + 1] = id
  end
end
if #unknown > 1 then
  return unknown
end
local now = store_time()
for _, field in ipairs(writes) do
  if redis.call('HSET', KEYS[1], field, now) == 1 then
    local purpose, id = string.match(field, '^(.*):(.*)$')
    tell(KEYS[2], 'key.in_use', now, '', 'setting', purpose, 'key_id', id)
  end
end
return {'entered'}
