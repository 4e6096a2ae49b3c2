--[[ Registers a customer, or replaces what is known of them.
KEYS: 1–4 as shared/contact_life.lua says
ARGV: 1–6 as shared/contact_life.lua says  7–10 as shared/put_customer.lua says  11… other fields and values
Answers: {'created' | 'replaced'}. ]]
return { put_customer(7, unpack(ARGV, 11)) }
