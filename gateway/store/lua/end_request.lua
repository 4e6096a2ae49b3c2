--[[ Ends what took an idempotency key: with its answer, or so that it may be asked again. Where the claim has lapsed, and
where another request has taken the key since, nothing is changed.
KEYS: 1 idempotency record
ARGV: 1 fingerprint that the key was claimed with  2 sealed answer, or ''  3 kept for (ms)
Answers: 1 | 0. ]]
if redis.call('HGET', KEYS[1], 'fingerprint') ~= ARGV[1] then
  return 0
end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'answer', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1
