--[[ Reads a verification with its customer's wrong answers and the store's time, in one look.
KEYS: 1 verification  2 prefix of the shard's guards, which the customer's id completes
ARGV: –
Answers: false when there is no such verification | {the verification as it stands, what never changes of
         it, in the order of `terms_of` of gateway/store/verification_records.py}. ]]
local lasting = redis.call('HMGET', KEYS[1], 'v.customer_id', 'v.client', 'v.method', 'v.operation', 'v.contact_id',
  'v.pepper', 'v.locale', 'v.created_at', 'v.expires_at', 'v.target_contact_id', 'v.operation_hash', 'v.policy',
  'v.prefix')
if not lasting[1] then
  return false
end
local guard = redis.call('HMGET', KEYS[2] .. lasting[1], 'wrong', 'locked_at')
return {as_it_stands(KEYS[1], store_time(), tonumber(guard[1] or '0'), guard[2]), lasting}
