--[[ The key of what is written about a customer; the first that anybody made stays. Who is not registered gets none:
nothing would ever erase it.
KEYS: 1 customer's words  2 customer
ARGV: 1 a new key, sealed
Answers: the key, sealed | false. ]]
local key = redis.call('HGET', KEYS[1], 'key')
if not key and redis.call('EXISTS', KEYS[2]) == 1 then
  key = ARGV[1]
  redis.call('HSET', KEYS[1], 'key', key)
end
return key
