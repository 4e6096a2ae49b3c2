--[[ Makes a contact verifiable, with its evidence. One that was verifiable by an ownership check is not weakened
by a vouch.
KEYS: 1 contact  2 audit  3 voucher, or the contact again
ARGV: 1 contact id  2 contact version expected  3 verified by (ownership, vouch, branch)  4 evidence (an id, or '')
      5 voucher's version expected, or ''
Answers: {'missing'} | {'changed'} | {'done', now}. ]]
local now = store_time()
local contact = redis.call('HMGET', KEYS[1], 'version', 'status', 'verified_by')
if not contact[1] then
  return {'missing'}
end
if contact[1] ~= ARGV[2] then
  return {'changed'}
end
if ARGV[5] ~= '' and redis.call('HGET', KEYS[3], 'version') ~= ARGV[5] then
  return {'changed'}
end
if contact[2] == 'verifiable' and contact[3] == 'ownership' and ARGV[3] ~= 'ownership' then
  return {'done', now}
end
redis.call('HSET', KEYS[1], 'status', 'verifiable', 'verified_by', ARGV[3], 'verified_at', now, 'evidence', ARGV[4])
redis.call('XADD', KEYS[2], '*', 'event', 'contact.verifiable', 'contact', ARGV[1], 'at', now, 'by', ARGV[3],
  'evidence', ARGV[4])
return {'done', now}
