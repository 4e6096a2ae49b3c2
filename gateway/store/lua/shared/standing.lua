--[[ Read before the verbs that tell how a customer stands with one operation. ]]

--[[ `day_ends` and `today` are 'o.day' and the operation's count (`of_day`) of the customer's record.
{now (ms), verifications of the operation opened in the day, ms that are left of it,
1 when a branch password is in force, else 0, also where `branch_password` is not given}. ]]
local function standing(day_ends, today, branch_password)
  local now = store_time()
  local password = branch_password and redis.call('HMGET', branch_password, 'status', 'expires_at') or {}
  local in_force = password[1] == 'active' and now < tonumber(password[2])
  local day_left = math.max(tonumber(day_ends or '0') * 1000 - now, 0)
  return { now, day_left > 0 and tonumber(today or '0') or 0, day_left, in_force and 1 or 0 }
end
