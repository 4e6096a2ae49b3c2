--[[ Reads a verification with its customer's wrong answers and the store's time, in one look.
KEYS: 1 verification  2 prefix of the shard's guards, which the customer's id completes
ARGV: –
Answers: false when there is no such verification | {now (ms), wrong, locked (1 or 0), field, value, …}. ]]
local customer_id = redis.call('HGET', KEYS[1], 'customer_id')
if not customer_id then
  return false
end
local guard = redis.call('HMGET', KEYS[2] .. customer_id, 'wrong', 'locked_at')
return as_read(KEYS[1], store_time(), tonumber(guard[1] or '0'), guard[2])
