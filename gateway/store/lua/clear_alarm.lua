--[[ Clears an alarm that stands, and keeps it with who cleared it and why.
KEYS: 1 standing alarms  2 cleared alarms  3 audit
ARGV: 1 its name (kind, space, subject)  2 by whom  3 why  4 how many cleared ones are kept  5 the field for why
Answers: 'missing' | 'cleared'. ]]
local record = redis.call('HGET', KEYS[1], ARGV[1])
if not record then
  return 'missing'
end
local alarm = cjson.decode(record)
alarm.name = ARGV[1]
alarm.cleared_at = store_time()
alarm.cleared_by = ARGV[2]
alarm[ARGV[5]] = ARGV[3]
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('LPUSH', KEYS[2], cjson.encode(alarm))
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[4]) - 1)
local kind, subject = string.match(ARGV[1], '^(%S+) (.*)$')
tell(KEYS[3], 'alarm.cleared', alarm.cleared_at, '', 'kind', kind, 'subject', subject, 'by', ARGV[2])
return 'cleared'
