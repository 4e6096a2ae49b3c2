--[[ Makes a contact verifiable, with its evidence. One that was verifiable by an ownership check is not weakened
by a vouch. Only a contact that is verifiable by its own ownership check vouches, by a verification of its own for the
other one that is younger than the last time either of the two fell.
KEYS: 1–4 as shared/contact_life.lua says
ARGV: 1–6 as shared/contact_life.lua says  7 contact id  8 contact version expected
      9 verified by (ownership, vouch, branch)  10 evidence (of a vouch: the verification id)
      11 voucher's contact id, or ''  12 voucher's version expected, or ''
Answers: {'missing'} | {'changed'} | {'done', now}. ]]
let_old_checks_fall()
local key, id, by = CONTACT .. ARGV[7], ARGV[7], ARGV[9]
local contact = redis.call('HMGET', key, 'c.version', 'c.status', 'c.verified_by', 'c.fell_at')
if not contact[1] then
  return {'missing'}
end
if contact[1] ~= ARGV[8] then
  return {'changed'}
end
local owned_at = by == 'ownership' and math.floor(now / 1000) or nil
if ARGV[11] ~= '' then
  local voucher = redis.call('HMGET', CONTACT .. ARGV[11], 'c.version', 'c.verified_by', 'c.verified_at', 'c.fell_at')
  local v = redis.call('HMGET', VERIFICATION .. name_of(ARGV[10]), 'v.status', 'v.request', 'v.contact_id',
    'v.target_contact_id', 'v.closed_at')
  local fell_at = math.max(tonumber(contact[4] or '0'), tonumber(voucher[4] or '0'))
  if voucher[1] ~= ARGV[12] or voucher[2] ~= 'ownership' or v[1] ~= 'verified' or operation_of(v[2]) ~= 'v'
      or v[3] ~= ARGV[11] or v[4] ~= id or tonumber(v[5]) <= fell_at then
    return {'changed'}
  end
  owned_at = math.floor(voucher[3] / 1000)
end
if contact[2] == 'verifiable' and contact[3] == 'ownership' and by ~= 'ownership' then
  return {'done', now}
end
redis.call('HDEL', key, 'c.owned_at', 'c.vouched_by')
redis.call('HSET', key, 'c.status', 'verifiable', 'c.verified_by', by, 'c.verified_at', now)
if owned_at then
  redis.call('HSET', key, 'c.owned_at', owned_at)
end
if ARGV[11] ~= '' then
  redis.call('HSET', key, 'c.vouched_by', ARGV[11])
end
-- What this contact vouched for stands as long as it does: on the new check.
for _, other in ipairs(by == 'ownership' and redis.call('HVALS', KEYS[1]) or {}) do
  if redis.call('HGET', CONTACT .. other, 'c.vouched_by') == id then
    redis.call('HSET', CONTACT .. other, 'c.owned_at', owned_at)
  end
end
note(id, 'verifiable', by, ARGV[10])
return {'done', now}
