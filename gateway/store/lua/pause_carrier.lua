--[[ Pauses a carrier: no process hands it anything from the next second on. Paused again, the latest reason stands.
KEYS: 1 paused carriers  2 audit
ARGV: 1 carrier  2 why  3 by whom
Answers: 1 when it was not paused before | 0. ]]
local now = store_time()
local new = redis.call('HSET', KEYS[1], ARGV[1], cjson.encode({ reason = ARGV[2], by = ARGV[3], at = now }))
tell(KEYS[2], 'carrier.paused', now, '', 'carrier', ARGV[1], 'pause_reason', ARGV[2], 'by', ARGV[3])
return new
