--[[ Read before the verbs that take branch passwords out of force. Whether it was in force. ]]
local function void_branch_password(password, audit, now, customer, operation, by)
  local known = redis.call('HMGET', password, 'id', 'status', 'expires_at')
  if known[2] ~= 'active' or now >= tonumber(known[3]) then
    return false
  end
  redis.call('HSET', password, 'status', 'revoked')
  redis.call('HDEL', password, 'code')
  tell(audit, 'branch_password.revoked', now, customer, 'branch_password', known[1], 'operation', operation, 'by', by)
  return true
end
