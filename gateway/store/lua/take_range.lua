--[[ Takes one of a range's cap, and counts a verification that is texted there. At the first of each span it looks
back: when enough were texted, and too few of them used, nothing more is texted there for a while.
KEYS: 1 deliveries to the range  2 conversion of the range
ARGV: 1 cap  2 its window (ms)  3 'code' for a code to be counted, 'again' for its repeated text, or ''  4 length of a span (ms)
      5 spans to look back on  6 least that must have been texted  7 least percent used  8 hold (ms)
Answers: {'capped', retry_after_ms} | {'held', retry_after_ms} | {'tripped', retry_after_ms, texted, used}
         | {'taken', now (ms)}. Of a hash of conversion, 's<span>' is how many were texted in a span, 'v<span>' how many
         of those were used, 'held_until' ms since the epoch. ]]
local now = store_time()
local span, width = math.floor(now / tonumber(ARGV[4])), tonumber(ARGV[4])

if ARGV[3] ~= '' then
  local held_until = tonumber(redis.call('HGET', KEYS[2], 'held_until') or '0')
  if held_until > now then
    return {'held', held_until - now}
  end
end
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then
  return {'capped', redis.call('PTTL', KEYS[1])}
end

if ARGV[3] == 'code' and redis.call('HINCRBY', KEYS[2], 's' .. span, 1) == 1 then
  local texted, used = 0, 0
  local counts = redis.call('HGETALL', KEYS[2])
  for i = 1, #counts, 2 do
    local of = tonumber(string.sub(counts[i], 2))
    if not of or of <= span - tonumber(ARGV[5]) then
      redis.call('HDEL', KEYS[2], counts[i])
    elseif of <= span - 2 then
      if string.sub(counts[i], 1, 1) == 's' then
        texted = texted + tonumber(counts[i + 1])
      else
        used = used + tonumber(counts[i + 1])
      end
    end
  end
  redis.call('PEXPIRE', KEYS[2], width * (tonumber(ARGV[5]) + 1))
  if texted >= tonumber(ARGV[6]) and used * 100 < texted * tonumber(ARGV[7]) then
    redis.call('DEL', KEYS[2])
    redis.call('HSET', KEYS[2], 'held_until', now + tonumber(ARGV[8]))
    redis.call('PEXPIRE', KEYS[2], ARGV[8])
    return {'tripped', tonumber(ARGV[8]), texted, used}
  end
end
if redis.call('INCR', KEYS[1]) == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return {'taken', now}
