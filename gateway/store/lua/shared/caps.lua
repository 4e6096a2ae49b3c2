--[[ Read before the verbs that count against caps. The counters are `keys` from `first` on; `words`, from `from` on, has
the limit and the window (ms) of each. ]]

--[[ {'capped', retry_after_ms, which counter (from 1)} when a counter is full, else nothing; and what each has counted. ]]
local function capped(keys, first, words, from)
  local counts = redis.call('MGET', unpack(keys, first))
  for i, count in ipairs(counts) do
    if tonumber(count or '0') >= tonumber(words[from + 2 * i - 2]) then
      return { 'capped', redis.call('PTTL', keys[first + i - 1]), i }, counts
    end
  end
  return nil, counts
end

--[[ Counts one more for each; `counts` is what `capped` said that they have counted. ]]
local function count_each(keys, first, words, from, counts)
  for i, count in ipairs(counts) do
    if count then
      redis.call('INCR', keys[first + i - 1])
    else
      redis.call('SET', keys[first + i - 1], 1, 'PX', words[from + 2 * i - 1])
    end
  end
end

