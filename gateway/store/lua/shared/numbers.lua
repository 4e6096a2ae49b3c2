--[[ Read before the verbs that take numbers in one word: the numbers in it, as gateway/store/numbers.py packs those that a
process never changes. ]]
local function numbers_in(word)
  return struct.unpack('>' .. string.rep('d', #word / 8), word)
end

