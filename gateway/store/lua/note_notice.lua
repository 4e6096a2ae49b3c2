--[[ Notes that a notice goes to a number, and forgets those that went there longer ago than is kept.
KEYS: 1 notices of the number
ARGV: 1 notice id  2 kept for (ms)
Answers: 'noted'. ]]
local now = store_time()
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'noted'
