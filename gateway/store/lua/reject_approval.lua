--[[ Closes a request without carrying it out.
KEYS: 1 approval  2 shard's waiting approvals  3 shard's decided approvals  4 audit
ARGV: 1 approval id  2 kept (ms)  3 rejected by  4 person of the key  5 reason
Answers: {'missing'} | {'closed', status} | {'rejected'}. ]]
local now, kept = store_time(), tonumber(ARGV[2])
local keys = { approval = KEYS[1], waiting = KEYS[2], decided = KEYS[3], audit = KEYS[4] }
local closed = closed_approval(keys, ARGV[1], kept, now)
if closed then
  return closed
end
close_approval(keys, ARGV[1], 'rejected', ARGV[3], ARGV[4], ARGV[5], kept, now)
return {'rejected'}
