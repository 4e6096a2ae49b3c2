--[[ Reads a verification with its customer's wrong answers and the store's time, in one look.
KEYS: 1 verification  2 prefix of the shard's guards, which the customer's id completes
ARGV: –
Answers: false when there is no such verification | the verification as shared/reading.lua has it. ]]
return read_whole(KEYS[1], KEYS[2]) or false
