--[[ Takes one of a range's cap, and counts a verification that is texted there.
KEYS: 1 conversion of the range  2 deliveries to the range
ARGV: 1 'code' for a code to be counted, 'again' for its repeated text, or ''  2 to 6 as shared/conversion.lua's
      `count_code` takes them  7 cap  8 its window (ms)
Answers: {'capped', retry_after_ms, 1} | {'held', retry_after_ms} | {'tripped', retry_after_ms, texted, used}
         | {'taken', now (ms)}. ]]
local now = store_time()
local is_held = ARGV[1] ~= '' and held(KEYS[1], now)
if is_held then
  return is_held
end
local refused, counts = capped(KEYS, 2, ARGV, 7)
refused = refused or (ARGV[1] == 'code' and count_code(KEYS[1], now, ARGV, 2))
if refused then
  return refused
end
count_each(KEYS, 2, ARGV, 7, counts)
return { 'taken', now }
