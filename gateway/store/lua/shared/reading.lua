--[[ Read before the verbs that answer with a whole verification. guards: prefix of the shard's guards, which the
customer's id completes.

nil when there is no such verification, else {now (ms), wrong answers, 1 when they lock, else 0, what may change of it:
as `read_moving` has it and what only the gateway needs; and behind that what never changes, in the order of `terms_of`
of gateway/store/verification_records.py}. ]]
local function read_whole(verification, guards)
  local v = read_moving(verification, 'v.sealed', 'v.d_id', 'v.d_before', 'v.dialogue',
    'v.customer_id', 'v.request', 'v.contact_id', 'v.terms', 'v.expires_at', 'v.target_contact_id', 'v.operation_hash')
  local customer = v[MOVING + 5]
  if not customer then
    return nil
  end
  local guard = redis.call('HMGET', guards .. customer, 'wrong', 'locked_at')
  return { store_time(), tonumber(guard[1] or '0'), guard[2] and 1 or 0, v }
end
