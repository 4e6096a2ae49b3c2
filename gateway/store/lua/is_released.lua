--[[ Whether an approved early release of a contact is in force.
KEYS: 1 contact
ARGV: –
Answers: 1 | 0. ]]
local released_until = redis.call('HGET', KEYS[1], 'c.released_until')
return released_until and store_time() < tonumber(released_until) and 1 or 0
