--[[ Registers a contact of a customer.
KEYS: 1 customer  2 contacts  3 contact  4 audit
ARGV: 1 customer id  2 who registers it  3 contacts allowed  4–9 as shared/put_contact.lua says
Answers: {'created'} | {'customer_missing'} | {'duplicate', contact id} | {'too_many'}. ]]
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'customer_missing'}
end
return { put_contact(KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[2], ARGV[3], store_time(), 4) }
