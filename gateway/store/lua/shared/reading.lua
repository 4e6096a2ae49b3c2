--[[ Read before the verbs that answer with a whole verification. guards: prefix of the shard's guards, which the
customer's id completes.

nil when there is no such verification, else {the verification as it stands, what never changes of it, in the order of
`terms_of` of gateway/store/verification_records.py}. ]]
local function read_whole(verification, guards)
  local lasting = redis.call('HMGET', verification, 'v.customer_id', 'v.client', 'v.method', 'v.operation',
    'v.contact_id', 'v.pepper', 'v.locale', 'v.created_at', 'v.expires_at', 'v.target_contact_id', 'v.operation_hash',
    'v.policy', 'v.prefix')
  if not lasting[1] then
    return nil
  end
  local guard = redis.call('HMGET', guards .. lasting[1], 'wrong', 'locked_at')
  return { as_it_stands(verification, store_time(), tonumber(guard[1] or '0'), guard[2]), lasting }
end
