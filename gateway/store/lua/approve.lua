--[[ Approves a request and carries it out, or neither. Once, and not by whoever asked.
KEYS: 1–4 as shared/contact_life.lua says  5 approval  6 shard's waiting approvals  7 shard's decided approvals  8 guard
      9 exemption  10 exemption's version
ARGV: 1–6 as shared/contact_life.lua says (5 approved by)  7 approval id  8 kept (ms)  9 person of the key  10 reason
      11, 12 what spellings of the approver's name, and of that person's, have in common  13 contact id, or ''
      14… contact_change: index of the number when it was asked, new index, new sealed number, line type,
          and both indexes under the other index key in force, or the same again;
          unlock: locked at when it was asked;  early_release: contact version when it was asked, life (ms);
          overseas_exemption: from (ms), until (ms), exemption's version when it was asked
Answers: {'missing'} | {'closed', status} | {'self'} | {'outdated'} | {'number_taken', contact id} | {'approved'}. ]]
local id, kept, contact = ARGV[7], tonumber(ARGV[8]), ARGV[13]
local keys = { approval = KEYS[5], waiting = KEYS[6], decided = KEYS[7], audit = KEYS[4] }
local closed = closed_approval(keys, id, kept, now)
if closed then
  return closed
end
local asked = redis.call('HMGET', KEYS[5], 'maker', 'kind', 'requested_by')
if asked[1] == ARGV[11] or asked[1] == ARGV[12] then
  return {'self'}
end

--[[ Each gives nil when it was carried out, or why it was not; nothing is changed then. ]]
local carry_out = {}

function carry_out.contact_change()
  local index = redis.call('HGET', CONTACT .. contact, 'c.index')
  if not index or (index ~= ARGV[14] and index ~= ARGV[18]) then
    return {'outdated'}
  end
  local taken = redis.call('HGET', KEYS[1], ARGV[15]) or redis.call('HGET', KEYS[1], ARGV[19])
  if taken then
    return {'number_taken', taken}
  end
  fall(contact, 'number_changed', id)
  redis.call('HDEL', KEYS[1], index)
  redis.call('HSET', KEYS[1], ARGV[15], contact)
  -- The label stays, also one that was the word of the line type before.
  redis.call('HSETNX', CONTACT .. contact, 'c.label', redis.call('HGET', CONTACT .. contact, 'c.line_type'))
  redis.call('HSET', CONTACT .. contact, 'c.index', ARGV[15], 'c.number', ARGV[16], 'c.line_type', ARGV[17])
  note(contact, 'changed', 'number_changed', id)
end

function carry_out.unlock()
  if redis.call('HGET', KEYS[8], 'locked_at') ~= ARGV[14] then
    return {'outdated'}
  end
  redis.call('DEL', KEYS[8])
  tell(KEYS[4], 'customer.unlocked', now, CUSTOMER, 'approval', id, 'by', PERSON)
end

function carry_out.early_release()
  if redis.call('HGET', CONTACT .. contact, 'c.version') ~= ARGV[14] then
    return {'outdated'}
  end
  redis.call('HSET', CONTACT .. contact, 'c.released_until', now + tonumber(ARGV[15]))
  note(contact, 'released', 'early_release', id)
end

function carry_out.overseas_exemption()
  if (redis.call('GET', KEYS[10]) or '0') ~= ARGV[16] or tonumber(ARGV[15]) <= now then
    return {'outdated'}
  end
  register_exemption({ exemption = KEYS[9], version = KEYS[10], audit = KEYS[4] }, CUSTOMER,
    { from = ARGV[14], till = ARGV[15], via = 'call_center', by = asked[3], approved_by = PERSON, approval = id }, now)
end

local refused = carry_out[asked[2]]()
if refused then
  return refused
end
close_approval(keys, id, 'approved', PERSON, ARGV[9], ARGV[10], kept, now)
return {'approved'}
