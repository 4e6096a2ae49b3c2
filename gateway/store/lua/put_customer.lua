--[[ Registers a customer, or replaces what is known of them.
KEYS: 1–4 as shared/contact_life.lua says
ARGV: 1–6 as shared/contact_life.lua says  7 prefix of the customer's branch passwords  8 all operations
      9–12 as shared/put_customer.lua says  13… other fields and values
Answers: {'created' | 'replaced'}. ]]
return { put_customer(ARGV[7], ARGV[8], 9, unpack(ARGV, 13)) }
