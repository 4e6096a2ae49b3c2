--[[ Reads an operator's session, unless it has been idle for too long.
KEYS: 1 session
ARGV: 1 longest idle time (ms)  2 '1' when the operator is using it now, '' when a page looks by itself
Answers: {} | {field, value, …}. ]]
local now = store_time()
local seen_at = redis.call('HGET', KEYS[1], 'seen_at')
if not seen_at then
  return {}
end
if now - tonumber(seen_at) > tonumber(ARGV[1]) then
  redis.call('DEL', KEYS[1])
  return {}
end
if ARGV[2] == '1' then
  redis.call('HSET', KEYS[1], 'seen_at', now)
end
return redis.call('HGETALL', KEYS[1])
