--[[ Takes back the verification of a customer's contacts that rest on an ownership check too old to count.
KEYS: 1–4 as shared/contact_life.lua says
ARGV: 1–6 as shared/contact_life.lua says
Answers: {'done'}. ]]
let_old_checks_fall()
return {'done'}
