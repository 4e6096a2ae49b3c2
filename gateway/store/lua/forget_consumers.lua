--[[ Forgets consumers that hold nothing and have not been heard of for long: their processes are gone. One that is there
all the same is made anew when it reads.
KEYS: 1 outbox
ARGV: 1 consumer group  2 silent for so long (ms)
Answers: how many. ]]
local forgotten = 0
for _, words in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #words, 2 do
    consumer[words[i]] = words[i + 1]
  end
  if consumer.pending == 0 and consumer.idle >= tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    forgotten = forgotten + 1
  end
end
return forgotten
