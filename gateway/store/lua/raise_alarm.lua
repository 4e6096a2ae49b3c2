--[[ Raises an alarm, or sees it again; when too many stand, another is counted as one of the rest of its kind.
KEYS: 1 standing alarms  2 audit
ARGV: 1 its name (kind, space, subject)  2 what was seen, as JSON  3 most that stand  4 the name of the rest
Answers: 'raised' (it stands only now) | 'seen'. ]]
local now = store_time()
local name = ARGV[1]
local record = redis.call('HGET', KEYS[1], name)
if not record and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then
  name = ARGV[4]
  record = redis.call('HGET', KEYS[1], name)
end
local alarm = record and cjson.decode(record) or { since = now, count = 0 }
alarm.count = alarm.count + 1
alarm.last_seen = now
alarm.seen = cjson.decode(ARGV[2])
redis.call('HSET', KEYS[1], name, cjson.encode(alarm))
if record then
  return 'seen'
end
local kind, subject = string.match(name, '^(%S+) (.*)$')
tell(KEYS[2], 'alarm.raised', now, '', 'kind', kind, 'subject', subject)
return 'raised'
