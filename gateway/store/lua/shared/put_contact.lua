--[[ Registers a contact of a customer who is there. `contacts` and `contact` are its keys, `most` how many there may
be. From `at` on ARGV has: contact id, blind index of the number, blind index under the other index key in force (or the
same again), line type, label, sealed number. Answers 'created' | 'duplicate', contact id | 'too_many'. ]]
local function put_contact(contacts, contact, audit, customer, person, most, now, at)
  local id, index, other_index, line_type, label, sealed = unpack(ARGV, at, at + 5)
  local count = redis.call('HLEN', contacts)
  if count > 0 then
    local known = redis.call('HMGET', contacts, index, other_index)
    if known[1] or known[2] then
      return 'duplicate', known[1] or known[2]
    end
  end
  if count >= tonumber(most) then
    return 'too_many'
  end
  redis.call('HSET', contacts, index, id)
  redis.call('HSET', contact, 'c.index', index, 'c.status', 'needs_verification', 'c.version', 1,
    'c.line_type', line_type, 'c.number', sealed)
  if label ~= line_type then
    redis.call('HSET', contact, 'c.label', label)
  end
  tell_all(audit, 'contact.created', now, customer, 'contact', id, 'line_type', line_type, 'label', label, 'by', person)
  return 'created'
end
