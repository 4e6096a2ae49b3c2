--[[ Takes the verification of a contact back, with all that rests on it. One that has changed since it was read, or
needs verification anyway, stays as it is.
KEYS: 1–4 as shared/contact_life.lua says
ARGV: 1–6 as shared/contact_life.lua says  7 contact id  8 contact version expected  9 cause  10 reference
Answers: {'demoted'} | {'as_it_was'}. ]]
let_old_checks_fall()
local contact = redis.call('HMGET', CONTACT .. ARGV[7], 'c.version', 'c.status')
if contact[1] ~= ARGV[8] or contact[2] ~= 'verifiable' then
  return {'as_it_was'}
end
fall(ARGV[7], ARGV[9], ARGV[10])
return {'demoted'}
