--[[ Takes one from each counter, or from none.
KEYS: counters of one slot
ARGV: limit, window (ms) for each counter
Answers: {'taken'} | {'capped', retry_after_ms, which counter (from 1)}. ]]
local refused, counts = capped(KEYS, 1, ARGV, 1)
if not refused then
  count_each(KEYS, 1, ARGV, 1, counts)
end
return refused or { 'taken' }
