--[[ Notes how a process sees its carriers, and forgets processes that have not been heard of for long.
KEYS: 1 processes
ARGV: 1 process  2 what it says, in JSON  3 forgotten after (ms)
Answers: how many processes are known. Each value is the time (ms) it was written, a space, and the JSON. ]]
local now = store_time()
local known = redis.call('HGETALL', KEYS[1])
for i = 1, #known, 2 do
  if now - tonumber(string.match(known[i + 1], '^%d+')) > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], known[i])
  end
end
redis.call('HSET', KEYS[1], ARGV[1], now .. ' ' .. ARGV[2])
return redis.call('HLEN', KEYS[1])
