--[[ Tells the audit what changes no state by itself: what an operator did or tried.
KEYS: 1 audit
ARGV: 1 event  2 customer, or ''  3… field, value, …
Answers: 1. ]]
tell(KEYS[1], ARGV[1], store_time(), ARGV[2], unpack(ARGV, 3))
return 1
