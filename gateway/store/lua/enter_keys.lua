--[[ Notes under which keys a gateway writes, unless the store is another one than it knows, has data under a key that it
does not know, or in another layout.
KEYS: 1 installation  2 audit  3 layout  4 keys in use  5 API keys  6 operators
ARGV: 1 the installation that the gateway knows, or ''  2 one that nobody has, for a store without
      3 the number of the gateway's layout  4… for each purpose: its name, id of the key that writes, id of the other
      one in force (or the same again)
Answers: {'entered', the installation} | {'other'} | {'layout', the number, '' for data from before there were numbers}
         | {'unknown', purpose, key id, …}. Only the first notes anything. ]]
local installation = redis.call('GET', KEYS[1])
if ARGV[1] ~= '' and installation ~= ARGV[1] then
  return {'other'}
end
local layout = layout_of(KEYS[3], ARGV[3], unpack(KEYS, 4))
if layout ~= ARGV[3] then
  return {'layout', layout}
end
local given, known, writes, unknown = {}, {}, {}, {'unknown'}
for i = 4, #ARGV, 3 do
  given[ARGV[i]] = true
  known[ARGV[i] .. ':' .. ARGV[i + 1]] = true
  known[ARGV[i] .. ':' .. ARGV[i + 2]] = true
  writes[#writes + 1] = ARGV[i] .. ':' .. ARGV[i + 1]
end
for _, field in ipairs(redis.call('HKEYS', KEYS[4])) do
  local purpose, id = string.match(field, '^(.*):(.*)$')
  if given[purpose] and not known[field] then
    unknown[#unknown + 1] = purpose
    unknown[#unknown + 1] = id
  end
end
if #unknown > 1 then
  return unknown
end
if not installation then
  installation = ARGV[2]
  redis.call('SET', KEYS[1], installation)
end
local now = store_time()
for _, field in ipairs(writes) do
  if redis.call('HSET', KEYS[4], field, now) == 1 then
    local purpose, id = string.match(field, '^(.*):(.*)$')
    tell(KEYS[2], 'key.in_use', now, '', 'setting', purpose, 'key_id', id)
  end
end
return {'entered', installation}
