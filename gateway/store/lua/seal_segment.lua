--[[ Appends a segment to a shard's audit, and lets go of events that are sealed and old. Nobody loses or doubles an
event: whoever built on another segment than the last is told so, and the events go after they are kept.
KEYS: 1 audit  2 its head  3 segment
ARGV: 1 number and 2 hash of the segment that this one was built on  3 number and 4 hash of this one
      5 id of its last event  6 events sealed with it  7 events written by its last  8 content
      9 sealed events that stay readable (ms)
Answers: {'sealed'} | {'overtaken'}. ]]
local head = redis.call('HMGET', KEYS[2], 'number', 'hash')
if (head[1] or '0') ~= ARGV[1] or (head[1] and head[2] ~= ARGV[2]) then
  return {'overtaken'}
end
redis.call('SET', KEYS[3], ARGV[8])
redis.call('HSET', KEYS[2], 'number', ARGV[3], 'hash', ARGV[4], 'last', ARGV[5], 'events', ARGV[6], 'written', ARGV[7])
-- What is older than this id is sealed, and too old to be read from here.
local sealed_ms = tonumber(string.match(ARGV[5], '^%d+'))
local oldest = math.min(sealed_ms, store_time() - tonumber(ARGV[9]))
redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f', math.max(oldest, 0)))
return {'sealed'}
