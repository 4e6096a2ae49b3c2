--[[ Read before the verbs that take several numbers in one word: the numbers that gateway/store/numbers.py packed, and
behind them one value more that means nothing here. ]]
local function numbers_in(word)
  return struct.unpack('>' .. string.rep('d', #word / 8), word)
end

