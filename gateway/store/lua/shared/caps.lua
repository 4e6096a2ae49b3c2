--[[ Read before the verbs that count against caps. The counters are keys from `first` on; the words from `from` on are
of each, in turn, its limit and its window (ms). ]]

--[[ {'capped', retry_after_ms, which counter (from 1)} when one more is too many for some counter, or nothing. ]]
local function capped(keys, first, words, from)
  for i, count in ipairs(redis.call('MGET', unpack(keys, first))) do
    if tonumber(count or '0') >= tonumber(words[from + 2 * i - 2]) then
      return { 'capped', redis.call('PTTL', keys[first + i - 1]), i }
    end
  end
end

--[[ One more for each counter. ]]
local function count_each(keys, first, words, from)
  for i = first, #keys do
    if redis.call('INCR', keys[i]) == 1 then
      redis.call('PEXPIRE', keys[i], words[from + 2 * (i - first) + 1])
    end
  end
end

