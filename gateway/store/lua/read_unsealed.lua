--[[ Reads the oldest events of a shard that are not sealed.
KEYS: 1 audit  2 its head
ARGV: 1 most events  2 nothing is read while all are younger than this (ms), and there are fewer than the most
Answers: false when nothing is to be sealed yet | {now (ms), events that the stream ever took, 1 when others wait behind
         these, head's field, value, …, {id, {field, value, …}} of each event}. ]]
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local now, most = store_time(), tonumber(ARGV[1])
local head = redis.call('HMGET', KEYS[2], 'number', 'hash', 'last', 'events', 'written', 'removed')
local from = head[3] and '(' .. head[3] or '-'
local oldest = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
if not oldest then
  return false
end
local stream = redis.call('XINFO', 'STREAM', KEYS[1])
local written = 0
for i = 1, #stream, 2 do
  if stream[i] == 'entries-added' then
    written = stream[i + 1]
  end
end
-- Where the clock was put back, events bear a time that is to come: how old they are is not known, and nothing waits.
local age = now - tonumber(string.match(oldest[1], '^%d+'))
if age >= 0 and age < tonumber(ARGV[2]) and written - tonumber(head[5] or '0') < most then
  return false
end
local events = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', most + 1)
local more = #events > most
if more then
  events[#events] = nil
end
return {now, written, more and 1 or 0, head, events}
