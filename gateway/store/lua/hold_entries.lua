--[[ Says of entries that a process works on that it is still there, or that it lets them go. One that somebody else
has taken over meanwhile stays theirs.
KEYS: 1 outbox
ARGV: 1 consumer group  2 consumer  3 '' to hold on, or the idle time (ms) that lets them go at once  4… entry ids
Answers: how many are the consumer's. ]]
local held = 0
for i = 4, #ARGV do
  if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2]) == 1 then
    held = held + 1
    if ARGV[3] == '' then
      redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
    else
      -- Let go in order: that it was taken does not count towards the tries.
      redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'IDLE', ARGV[3], 'RETRYCOUNT', 0, 'JUSTID')
    end
  end
end
return held
