--[[ Takes over entries that nobody has said to work on for some time: their process died, or failed at them.
KEYS: 1 outbox
ARGV: 1 consumer group  2 consumer that takes over  3 after (ms)  4 most entries
Answers: {{entry id, how often it was taken, this time included, {field, value, …}}, …}. ]]
local taken = {}
for _, pending in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[3], '-', '+', ARGV[4])) do
  for _, entry in ipairs(redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], pending[1])) do
    if entry then
      taken[#taken + 1] = { entry[1], pending[4] + 1, entry[2] }
    end
  end
end
return taken
