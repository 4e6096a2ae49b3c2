--[[ Gives back what was counted for a range: nothing was sent.
KEYS: 1 deliveries to the range  2 conversion of the range
ARGV: 1 the span in which it was counted as texted, or ''
Answers: 'done'. ]]
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then
  redis.call('DECR', KEYS[1])
end
if ARGV[1] ~= '' and tonumber(redis.call('HGET', KEYS[2], 's' .. ARGV[1]) or '0') > 0 then
  redis.call('HINCRBY', KEYS[2], 's' .. ARGV[1], -1)
end
return 'done'
