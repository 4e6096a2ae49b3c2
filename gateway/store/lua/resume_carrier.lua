--[[ Lets a paused carrier be asked again.
KEYS: 1 paused carriers  2 audit
ARGV: 1 carrier  2 by whom
Answers: 1 | 0 when it is not paused. ]]
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then
  return 0
end
tell(KEYS[2], 'carrier.resumed', store_time(), '', 'carrier', ARGV[1], 'by', ARGV[2])
return 1
