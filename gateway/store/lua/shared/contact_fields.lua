--[[ Read before the verbs that answer with a contact: its fields, in the order of `_CONTACT_FIELDS` of
gateway/store/customers.py. ]]
local function contact_fields(contact)
  return redis.call('HMGET', contact, 'c.number', 'c.line_type', 'c.label', 'c.status', 'c.verified_by', 'c.verified_at',
    'c.version', 'c.index')
end
