--[[ Registers a customer, or replaces what is known of them, with any number of contacts.
KEYS: 1–5 as shared/contact_life.lua says  6 customer
ARGV: 1–6 as shared/contact_life.lua says  7–10 as shared/put_customer.lua says  11 contacts allowed
      12 how many words of other fields follow  13… these, then for each contact six as shared/put_contact.lua says
Answers: {'created' | 'replaced', and for each contact 'created' | 'duplicate' | 'too_many'}. ]]
local first = 13 + tonumber(ARGV[12])
local answers = { put_customer(KEYS[6], 7, unpack(ARGV, 13, first - 1)) }
for at = first, #ARGV, 6 do
  answers[#answers + 1] = (put_contact(KEYS[1], CONTACT .. ARGV[at], KEYS[5], CUSTOMER, PERSON, ARGV[11], now, at))
end
return answers
