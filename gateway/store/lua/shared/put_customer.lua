--[[ Read after shared/contact_life.lua. Registers a customer, or replaces what is known of the person; what was
opened for them of late, beside it in the record, stays. A changed name or birth date is another person to the carrier:
every contact needs to be made verifiable anew, and a check under way for the former person does not count. With online
consent goes all that is open (R10): the customer asks anew for what needs none. From `at` on ARGV has: name digest, the
same under the other index key in force or again, kind, consent (1 or 0). `...` are the other fields and values. Answers
'created' or 'replaced'. ]]
local function put_customer(at, ...)
  local digest, other_digest, kind, consent = unpack(ARGV, at, at + 3)
  local known = redis.call('HMGET', RECORD, 'name_digest', 'consent')
  if known[1] then
    redis.call('HDEL', RECORD, 'birth_date')
  end
  redis.call('HSET', RECORD, 'name_digest', digest, 'kind', kind, 'consent', consent, ...)
  local another = known[1] and known[1] ~= digest and known[1] ~= other_digest
  if another then
    tell_all(KEYS[4], 'customer.replaced', now, CUSTOMER, 'kind', kind, 'identity_changed', '1', 'by', PERSON)
  else
    tell_all(KEYS[4], known[1] and 'customer.replaced' or 'customer.created', now, CUSTOMER, 'kind', kind, 'by', PERSON)
  end
  if (known[2] or '0') ~= consent then
    tell_all(KEYS[4], consent == '1' and 'customer.consent_given' or 'customer.consent_withdrawn', now, CUSTOMER,
      'by', PERSON)
    if consent ~= '1' then
      void_open(false, 'consent_withdrawn')
    end
  end
  for _, contact_id in ipairs(another and redis.call('HVALS', CONTACTS) or {}) do
    fall(contact_id, 'customer_changed', 'customer')
  end
  return known[1] and 'replaced' or 'created'
end
