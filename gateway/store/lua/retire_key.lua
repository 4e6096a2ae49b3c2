--[[ Forgets that there is data under a key, unless a gateway has written under it just now.
KEYS: 1 keys in use
ARGV: 1 purpose:key id  2 how long a gateway that writes may be silent (ms)
Answers: {'retired'} | {'in_use'}. ]]
if store_time() - tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0') < tonumber(ARGV[2]) then
  return {'in_use'}
end
redis.call('HDEL', KEYS[1], ARGV[1])
return {'retired'}
