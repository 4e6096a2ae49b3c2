--[[ Takes a branch password out of force.
KEYS: 1 branch password  2 audit
ARGV: 1 branch password id  2 who revokes it  3 customer id  4 operation
Answers: {'revoked'} | {'missing'}: never issued, replaced, used, revoked or expired. ]]
local is_this_one = redis.call('HGET', KEYS[1], 'id') == ARGV[1]
if not is_this_one or not void_branch_password(KEYS[1], KEYS[2], store_time(), ARGV[3], ARGV[4], ARGV[2]) then
  return {'missing'}
end
return {'revoked'}
