--[[ Closes a request that is past its time; one that is not stays as it is.
KEYS: 1 approval  2 shard's waiting approvals  3 shard's decided approvals  4 audit
ARGV: 1 approval id  2 kept (ms)
Answers: {'missing'} | {'closed', status} | {'waiting'}. ]]
local keys = { approval = KEYS[1], waiting = KEYS[2], decided = KEYS[3], audit = KEYS[4] }
return closed_approval(keys, ARGV[1], tonumber(ARGV[2]), store_time()) or {'waiting'}
