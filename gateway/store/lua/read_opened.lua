--[[ Reads what a request under a key opened, for the same request that comes again. One field is written again as it is:
replicas are waited for by what is written, and those of the first time may not have been.
KEYS: 1 verification  2 prefix of the shard's guards, which the customer's id completes
ARGV: –
Answers: false when it opened none | the verification as shared/reading.lua has it. ]]
local opened_in = redis.call('HGET', KEYS[1], 'v.store')
if not opened_in then
  return false
end
redis.call('HSET', KEYS[1], 'v.store', opened_in)
return read_whole(KEYS[1], KEYS[2])
