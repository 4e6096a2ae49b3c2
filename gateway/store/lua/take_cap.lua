--[[ Takes one from each counter, or from none.
KEYS: counters of one slot
ARGV: limit, window (ms) for each counter
Answers: {'taken'} | {'capped', retry_after_ms, which counter (from 1)}. ]]
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[2 * i - 1]) then
    return {'capped', redis.call('PTTL', key), i}
  end
end
for i, key in ipairs(KEYS) do
  if redis.call('INCR', key) == 1 then
    redis.call('PEXPIRE', key, ARGV[2 * i])
  end
end
return {'taken'}
