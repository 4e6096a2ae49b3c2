--[[ Read after shared/contact_life.lua and shared/branch_password.lua. Registers a customer, or replaces what is known of
the person; what was opened for them of late, beside it in the record, stays. A changed name or birth date is another
person to the carrier, and an individual is no company (R2): every contact needs to be made verifiable anew, a check under
way for the former person does not count, and what was given to that person ends: what is open, branch passwords, the
exemption, and receipts of before `other_since` (ms). With online consent goes all that is open (R10): the customer asks
anew for what needs none.

`passwords` is the prefix of the customer's branch passwords, which each of the `operations` (a space between) completes;
`exemption` and `version` are keys. From `at` on ARGV has: name digest, name digest under the other index key in force
(or the same again), kind, consent (1 or 0). `...` are the other fields and values. Answers 'created' or 'replaced'. ]]
local function put_customer(passwords, operations, exemption, version, at, ...)
  local digest, other_digest, kind, consent = unpack(ARGV, at, at + 3)
  local known = redis.call('HMGET', RECORD, 'name_digest', 'consent', 'kind')
  if known[1] then
    redis.call('HDEL', RECORD, 'birth_date')
  end
  redis.call('HSET', RECORD, 'name_digest', digest, 'kind', kind, 'consent', consent, ...)
  local another = known[1] and (known[3] ~= kind or known[1] ~= digest and known[1] ~= other_digest)
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
  if another then
    redis.call('HSET', RECORD, 'other_since', now)
    -- Before the contacts fall: they would say of theirs that only the contact changed.
    void_open(false, 'customer_changed')
    for _, contact_id in ipairs(redis.call('HVALS', CONTACTS)) do
      fall(contact_id, 'customer_changed', 'customer')
    end
    for operation in string.gmatch(operations, '%S+') do
      void_branch_password(passwords .. operation, KEYS[4], now, CUSTOMER, operation, PERSON)
    end
    redis.call('INCR', version)
    if redis.call('DEL', exemption) == 1 then
      tell(KEYS[4], 'overseas_exemption.withdrawn', now, CUSTOMER, 'by', PERSON)
    end
  end
  return known[1] and 'replaced' or 'created'
end
