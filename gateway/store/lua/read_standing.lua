--[[ How a customer stands with one operation: what the policy's limits and methods look at.
KEYS: 1 customer's verifications of the day  2 branch password
ARGV: 1 operation
Answers: {now (ms), verifications opened in the day, ms that are left of it,
         1 when a branch password is in force, else 0}. ]]
local now = store_time()
local password = redis.call('HMGET', KEYS[2], 'status', 'expires_at')
local in_force = password[1] == 'active' and now < tonumber(password[2])
return {now, tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0'), math.max(redis.call('PTTL', KEYS[1]), 0),
  in_force and 1 or 0}
