--[[ Forgets that there is data under a key, unless a gateway has written under it just now.
KEYS: 1 keys in use  2 audit
ARGV: 1 purpose  2 key id  3 how long a gateway that writes may be silent (ms)
Answers: {'retired'} | {'in_use'}. ]]
local now, field = store_time(), ARGV[1] .. ':' .. ARGV[2]
if now - tonumber(redis.call('HGET', KEYS[1], field) or '0') < tonumber(ARGV[3]) then
  return {'in_use'}
end
if redis.call('HDEL', KEYS[1], field) == 1 then
  tell(KEYS[2], 'key.retired', now, '', 'setting', ARGV[1], 'key_id', ARGV[2])
end
return {'retired'}
