--[[ Registers customers of one shard, or replaces what is known of them, each with any number of contacts.
KEYS: 1–4 as shared/contact_life.lua says, 1 and 2 of them the prefixes that each customer's id completes
ARGV: 1–5 as shared/contact_life.lua says, 1 of them the prefix of every customer's  6 contacts allowed
      7 prefix of every customer's branch passwords  8 all operations  9, 10 prefixes of every customer's exemption and
      its version  11… for each customer: id, four as shared/put_customer.lua says, how many words of other fields
      follow, these, how many contacts follow, and for each of them six as shared/put_contact.lua says
Answers: for each customer {1 when they are new, else 0, contacts created, known before, too many}. ]]
local at, answers = 11, {}
local prefix, contacts, customers = CONTACT, CONTACTS, RECORD
while at <= #ARGV do
  CUSTOMER = ARGV[at]
  CONTACT, CONTACTS, RECORD = prefix .. CUSTOMER .. ':', contacts .. CUSTOMER, customers .. CUSTOMER
  local after = at + 6 + ARGV[at + 5]
  local put = put_customer(ARGV[7] .. CUSTOMER .. ':', ARGV[8], ARGV[9] .. CUSTOMER, ARGV[10] .. CUSTOMER, at + 1,
    unpack(ARGV, at + 6, after - 1))
  local counts = { created = 0, duplicate = 0, too_many = 0 }
  at = after + 1 + 6 * ARGV[after]
  for contact = after + 1, at - 1, 6 do
    local became = put_contact(CONTACTS, CONTACT .. ARGV[contact], KEYS[4], CUSTOMER, PERSON, ARGV[6], now, contact)
    counts[became] = counts[became] + 1
  end
  answers[#answers + 1] = { put == 'created' and 1 or 0, counts.created, counts.duplicate, counts.too_many }
end
return answers
