--[[ Read before the verbs that text codes to a range of numbers. `conversion` is a hash: 's<span>' is how many codes were
texted in a span, 'v<span>' how many of those were used, 'held_until' ms since the epoch. ]]

--[[ {'held', retry_after_ms} while nothing is texted there, or nothing. ]]
local function held(conversion, now)
  local held_until = tonumber(redis.call('HGET', conversion, 'held_until') or '0')
  if held_until > now then
    return { 'held', held_until - now }
  end
end

--[[ How many codes were texted in the spans from `oldest` to before `before`, and how many of those were used. What is
older is dropped; the codes of the latest two spans may still be used, so they are not judged. ]]
local function judged(conversion, oldest, before)
  local texted, used = 0, 0
  local counts = redis.call('HGETALL', conversion)
  for i = 1, #counts, 2 do
    local of = tonumber(string.sub(counts[i], 2))
    if not of or of < oldest then
      redis.call('HDEL', conversion, counts[i])
    elseif of < before then
      if string.sub(counts[i], 1, 1) == 's' then
        texted = texted + tonumber(counts[i + 1])
      else
        used = used + tonumber(counts[i + 1])
      end
    end
  end
  return texted, used
end

--[[ Counts a code that is to be texted. The first of each span looks back: when enough were texted and too few of them
used, nothing is texted there for a while, this one included.
words, from `from` on: length of a span (ms), spans to look back on, least that must have been texted, least percent
used, hold (ms). {'tripped', retry_after_ms, texted, used}, or nothing. ]]
local function count_code(conversion, now, words, from)
  local width, spans, least, percent, hold = unpack(words, from, from + 4)
  local span = math.floor(now / tonumber(width))
  if redis.call('HINCRBY', conversion, 's' .. span, 1) > 1 then
    return
  end
  local texted, used = judged(conversion, span - tonumber(spans) + 1, span - 1)
  redis.call('PEXPIRE', conversion, tonumber(width) * (tonumber(spans) + 1))
  if texted >= tonumber(least) and used * 100 < texted * tonumber(percent) then
    redis.call('DEL', conversion)
    redis.call('HSET', conversion, 'held_until', now + tonumber(hold))
    redis.call('PEXPIRE', conversion, hold)
    return { 'tripped', tonumber(hold), texted, used }
  end
end

