--[[ Takes an idempotency key, or tells what became of the request that took it before.
KEYS: 1 idempotency record
ARGV: 1 fingerprint of the request  2 how long a request may take (ms)
      3 its fingerprint under the other pepper in force, or the same again
Answers: {'fresh'} | {'mismatch'} | {'in_progress'} | {'answered', sealed answer}. ]]
local known = redis.call('HMGET', KEYS[1], 'fingerprint', 'answer')
if not known[1] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {'fresh'}
end
if known[1] ~= ARGV[1] and known[1] ~= ARGV[3] then
  return {'mismatch'}
end
if not known[2] then
  return {'in_progress'}
end
return {'answered', known[2]}
