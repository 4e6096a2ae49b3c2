--[[ Registers a customer, or replaces what is known of them.
KEYS: 1–4 as shared/contact_life.lua says
ARGV: 1–6 as shared/contact_life.lua says  7 prefix of the customer's branch passwords  8 all operations
      9 exemption  10 its version  11–14 as shared/put_customer.lua says  15… other fields and values
Answers: {'created' | 'replaced'}. ]]
return { put_customer(ARGV[7], ARGV[8], ARGV[9], ARGV[10], 11, unpack(ARGV, 15)) }
