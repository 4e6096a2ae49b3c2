--[[ Read before the verbs that change what a contact may be used for. Such a verb begins with
KEYS: 1 contacts  2 customer  3 outbox  4 audit
ARGV: 1 prefix of contact keys  2 prefix of their evidence  3 prefix of verification keys, before names
      4 how long an ownership check counts (ms; 0: for ever)  5 who does it  6 customer id
The keys that the prefixes complete are in the slot of the others. ]]
local now = store_time()
local CONTACT, EVIDENCE, VERIFICATION, GOOD_FOR = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local PERSON, CUSTOMER = ARGV[5], ARGV[6]
local CONTACTS, RECORD = KEYS[1], KEYS[2]

--[[ Records a change with what it rests on: as evidence beside the contact, with the event's first letter, and in the
audit. ]]
local function note(id, event, cause, reference)
  redis.call('RPUSH', EVIDENCE .. id, cjson.encode({ string.sub(event, 1, 1), now, cause, reference, PERSON,
    tonumber(redis.call('HGET', CONTACT .. id, 'c.version')) }))
  tell(KEYS[4], 'contact.' .. event, now, CUSTOMER, 'contact', id, 'cause', cause, 'reference', reference, 'by', PERSON)
end

--[[ The names of a customer's open verifications. ]]
local function open_of(customer)
  local names = {}
  for _, field in ipairs(redis.call('HKEYS', customer)) do
    if is_name(field) then
      names[#names + 1] = field
    end
  end
  return names
end

--[[ Closes the open verifications that use this contact or would make it verifiable; where `id` is false, all of the
customer's. A phone that rings for one stops. ]]
local function void_open(id, reason)
  for _, name in ipairs(open_of(RECORD)) do
    local verification = VERIFICATION .. name
    local v = redis.call('HMGET', verification, 'v.expires_at', 'v.status', 'v.target_contact_id', 'v.delivery', 'v.rev',
      'v.customer_id', 'v.contact_id', 'v.request')
    if v[1] and not v[2] and now < tonumber(v[1]) and (not id or v[7] == id or v[3] == id) then
      close({ verification = verification, customer = RECORD, audit = KEYS[4] },
        about_of(verification, v[6], v[7], v[8]), v[5], 'failed', reason, 'gateway', now)
      if method_of(v[8]) == 'a' then
        redis.call('XADD', KEYS[3], '*', 'verification', id_of(verification), 'delivery', v[4], 'hang_up', '1')
      end
    end
  end
end

--[[ Takes a contact's verification back, and that of what it vouched for: a vouch is never stronger than its
voucher. No verification from before `fell_at` vouches any more. ]]
local function fall(id, cause, reference)
  local contact = CONTACT .. id
  local was_verifiable = redis.call('HGET', contact, 'c.status') == 'verifiable'
  redis.call('HSET', contact, 'c.status', 'needs_verification', 'c.fell_at', now)
  redis.call('HDEL', contact, 'c.verified_by', 'c.verified_at', 'c.owned_at', 'c.vouched_by', 'c.released_until')
  redis.call('HINCRBY', contact, 'c.version', 1)
  if was_verifiable then
    note(id, 'needs_verification', cause, reference)
  end
  void_open(id, 'contact_changed')
  for _, other in ipairs(redis.call('HVALS', CONTACTS)) do
    if redis.call('HGET', CONTACT .. other, 'c.vouched_by') == id then
      fall(other, 'voucher_fell', id)
    end
  end
end

--[[ Takes back what rests on an ownership check that is too old to count. ]]
local function let_old_checks_fall()
  for _, id in ipairs(GOOD_FOR > 0 and redis.call('HVALS', CONTACTS) or {}) do
    local owned_at = redis.call('HGET', CONTACT .. id, 'c.owned_at')
    if owned_at and now >= owned_at * 1000 + GOOD_FOR then
      fall(id, 'aged', 'ownership')
    end
  end
end
