--[[ Notes under which keys a gateway writes, unless the store has data under a key that this gateway does not know, or in
another layout. A store that was emptied while the gateway ran takes the gateway's layout again.
KEYS: 1 audit  2 layout  3 keys in use  4 API keys  5 operators
ARGV: 1 the number of the gateway's layout  2… purpose, id of the key that writes, id of the other one in force (or
again); for each purpose
Answers: {'entered'} | {'layout', the number, '' for data from before there were numbers} | {'unknown', purpose, key id,
…}; but for the first, nothing is noted. ]]
local layout = layout_of(KEYS[2], ARGV[1], unpack(KEYS, 3))
if layout ~= ARGV[1] then
  return {'layout', layout}
end
local given, known, writes, unknown = {}, {}, {}, {'unknown'}
for i = 2, #ARGV, 3 do
  given[ARGV[i]] = true
  known[ARGV[i] .. ':' .. ARGV[i + 1]] = true
  known[ARGV[i] .. ':' .. ARGV[i + 2]] = true
  writes[#writes + 1] = ARGV[i] .. ':' .. ARGV[i + 1]
end
for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
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
  if redis.call('HSET', KEYS[3], field, now) == 1 then
    local purpose, id = string.match(field, '^(.*):(.*)$')
    tell(KEYS[1], 'key.in_use', now, '', 'setting', purpose, 'key_id', id)
  end
end
return {'entered'}
