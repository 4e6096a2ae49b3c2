--[[ Takes the verification of a contact back, with all that rests on it. One that has changed since it was read, or
needs verification anyway, stays as it is.
KEYS: 1–5 as shared/contact_life.lua says
ARGV: 1–5 as shared/contact_life.lua says  6 contact id  7 contact version expected  8 cause  9 reference
Answers: {'demoted'} | {'as_it_was'}. ]]
let_old_checks_fall()
local contact = redis.call('HMGET', CONTACT .. ARGV[6], 'version', 'status')
if contact[1] ~= ARGV[7] or contact[2] ~= 'verifiable' then
  return {'as_it_was'}
end
fall(ARGV[6], ARGV[8], ARGV[9])
return {'demoted'}
