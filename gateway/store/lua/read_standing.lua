--[[ How a customer stands with one operation: what the policy's limits and methods look at.
KEYS: 1 opened for the customer of late  2 branch password
ARGV: 1 operation
Answers: {now (ms), verifications opened in the day, ms that are left of it,
         1 when a branch password is in force, else 0}. ]]
local now = store_time()
local password = redis.call('HMGET', KEYS[2], 'status', 'expires_at')
local in_force = password[1] == 'active' and now < tonumber(password[2])
local opened = redis.call('HMGET', KEYS[1], 'o.day', ARGV[1])
local day_left = math.max(tonumber(opened[1] or '0') - now, 0)
return {now, day_left > 0 and tonumber(opened[2] or '0') or 0, day_left, in_force and 1 or 0}
