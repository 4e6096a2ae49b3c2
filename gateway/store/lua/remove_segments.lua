--[[ Takes away the oldest segments of a shard, and says so by a signed record in their place.
KEYS: 1 head of the audit  2 record of what was taken away  3… segments
ARGV: 1 number of the last segment that was gone before  2 number of the last that is gone now  3 signed record
Answers: {'removed'} | {'overtaken'}. ]]
local head = redis.call('HMGET', KEYS[1], 'removed', 'number')
if (head[1] or '0') ~= ARGV[1] or tonumber(ARGV[2]) > tonumber(head[2] or '0') then
  return {'overtaken'}
end
redis.call('HSET', KEYS[1], 'removed', ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
redis.call('DEL', unpack(KEYS, 3))
return {'removed'}
