--[[ Opens a verification: checks lock, contact and the customer's caps, writes it, and queues its delivery. On a single
server its other counters are taken here too: all of them, or none when it is refused. What the same request opened
before, if its answer was lost, is left as it is.
KEYS: 1 verification  2 customer  3 contact (the customer again where a method needs none)  4 guard
      5 shard's expiring spans  6 outbox  7 audit  8 lineage, in a cluster; elsewhere
      8 conversion of the range (the verification again where no text goes there)  9… counters, where it is counted here
ARGV: 1 terms (gateway/store/verification_records.py)  2 contact version expected, or ''
      3 limits (numbers): wrong answers are forgotten after (ms), cap, cap window (ms), kept after its life (ms)
      4 life (ms)  5 '1' to queue a delivery  6 most of this operation in a day, or ''  7 customer id
      8 request (gateway/store/about.py)  9 contact id, or ''
      10 '1' for a code that is texted and counted here, or ''  11 what is counted here (numbers): five as
      shared/conversion.lua's `count_code` takes them, then limit, window (ms) of each counter; or ''
      12 basis: kind, consent (1 or 0) and hour since the epoch that the policy was asked with, a space between
      13 digest of the code, or ''  14 sealed code, or ''  15 '1' where the same request may have opened it before, or ''
      16… other fields of the verification, each with its value
Answers: {'created', now, wrong answers} | {'there'} | {'locked'} | {'capped_customer', retry_after_ms}
         | {'capped_today', retry_after_ms} | {'changed'} when the customer, the contact or the hour is another | TRYAGAIN
         | {'capped', retry_after_ms, which counter (from 1)} | {'held', retry_after_ms}
         | {'tripped', retry_after_ms, texted, used}. Times are ms since the epoch by the store's clock. ]]

--[[ Leaves it to the expiry sweep: in a list of all that expires in the same span. `expiring` has the ends of the spans.
What closes earlier stays in its list. A list takes a quarter of the memory of a sorted set of all verifications, and
closing costs nothing. ]]
local SPAN = 5000 -- ms
local function queue_expiry(expiring, name, expires_at)
  local ends_at = math.ceil(expires_at / SPAN) * SPAN
  if redis.call('RPUSH', expiring .. ':' .. ends_at, name) == 1 then
    redis.call('ZADD', expiring, ends_at, ends_at)
  end
end

local DAY, HOUR = 86400000, 3600000 -- ms
local is_counted = ARGV[11] ~= ''
local now, born_in = store_time(), birthplace(not is_counted and KEYS[8])
if not born_in then
  return not_accepted()
end
if ARGV[15] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then
  return {'there'}
end
local is_texted, words = ARGV[10] == '1', { numbers_in(ARGV[11]) }
local refused, counts = is_texted and held(KEYS[8], now), nil
if not refused and is_counted then
  refused, counts = capped(KEYS, 9, words, 6)
end
if refused then
  return refused
end

local today_of = of_day(operation_of(ARGV[8]))
local customer = redis.call('HMGET', KEYS[2], 'kind', 'o.count', 'o.until', 'o.day', today_of, 'consent')
if not customer[1] or customer[1] .. ' ' .. customer[6] .. ' ' .. math.floor(now / HOUR) ~= ARGV[12] then
  return {'changed'}
end
if ARGV[2] ~= '' and redis.call('HGET', KEYS[3], 'c.version') ~= ARGV[2] then
  return {'changed'}
end

local guard = redis.call('HMGET', KEYS[4], 'wrong', 'wrong_at', 'locked_at')
if guard[3] then
  return {'locked'}
end
local forgotten_after, cap, cap_window, kept_after = numbers_in(ARGV[3])
local wrong = tonumber(guard[1] or '0')
if wrong > 0 and now - tonumber(guard[2]) > forgotten_after then
  redis.call('DEL', KEYS[4])
  wrong = 0
end

local today, day_ends = tonumber(customer[5] or '0'), tonumber(customer[4] or '0') * 1000
local first_window = cap_window - DAY -- from the end of the day to that of the window that begins with it
local count, window_ends = tonumber(customer[2] or '0'), tonumber(customer[3] or day_ends + first_window)
local another_day = now >= day_ends
if another_day then
  today, day_ends = 0, math.floor((now + DAY) / 1000) * 1000
end
if now >= window_ends then
  count, window_ends = 0, another_day and day_ends + first_window or now + cap_window
end
if count >= cap then
  return {'capped_customer', window_ends - now}
end
if ARGV[6] ~= '' and today >= tonumber(ARGV[6]) then
  return {'capped_today', day_ends - now}
end
local tripped = is_texted and count_code(KEYS[8], now, words, 1)
if tripped then
  return tripped
elseif is_counted then
  count_each(KEYS, 9, words, 6, counts)
end
-- The counts of the day before go, and the names of open verifications whose record is gone.
for _, field in ipairs(another_day and customer[4] and redis.call('HKEYS', KEYS[2]) or {}) do
  local is_gone = is_name(field) and redis.call('EXISTS', string.sub(KEYS[1], 1, -21) .. field) == 0
  if is_gone or is_of_day(field) then
    redis.call('HDEL', KEYS[2], field)
  end
end

local expires_at = now + tonumber(ARGV[4])
redis.call('HSET', KEYS[2], 'o.count', count + 1, 'o.day', day_ends / 1000, today_of, today + 1, name_of(KEYS[1]), 1)
if window_ends ~= day_ends + first_window then
  redis.call('HSET', KEYS[2], 'o.until', window_ends)
elseif customer[3] then
  redis.call('HDEL', KEYS[2], 'o.until')
end
local fields = { 'v.expires_at', expires_at, 'v.store', born_in, 'v.customer_id', ARGV[7], 'v.request', ARGV[8],
  'v.terms', ARGV[1], unpack(ARGV, 16) }
local function also(name, value)
  fields[#fields + 1], fields[#fields + 2] = name, value
end
if ARGV[9] ~= '' then
  also('v.contact_id', ARGV[9])
end
if ARGV[2] ~= '' then
  also('v.contact_version', ARGV[2])
end
if ARGV[5] == '1' then
  also('v.delivery', 1)
end
if ARGV[13] ~= '' then
  also('v.code', ARGV[13])
  also('v.sealed', ARGV[14])
end
redis.call('HSET', KEYS[1], unpack(fields))
redis.call('PEXPIREAT', KEYS[1], expires_at + kept_after)
queue_expiry(KEYS[5], name_of(KEYS[1]), expires_at)
local about = about_of(KEYS[1], ARGV[7], ARGV[9], ARGV[8])
if ARGV[5] == '1' then
  redis.call('XADD', KEYS[6], '*', 'verification', id_of(KEYS[1]), 'delivery', 1)
  tell_of(about, KEYS[7], 'verification.created', now, 'delivery', 1)
else
  tell_of(about, KEYS[7], 'verification.created', now)
end
return {'created', now, wrong}
