--[[ Reads a verification with the customer's wrong answers and the store's time, in one look.
KEYS: 1 verification  2 guard
ARGV: –
Answers: {now (ms), wrong, locked (1 or 0), field, value, …}; no fields when there is no such verification. ]]
local guard = redis.call('HMGET', KEYS[2], 'wrong', 'locked_at')
local answer = { store_time(), tonumber(guard[1] or '0'), guard[2] and 1 or 0 }
for _, word in ipairs(redis.call('HGETALL', KEYS[1])) do
  answer[#answer + 1] = word
end
return answer
