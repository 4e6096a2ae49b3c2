--[[ The number of the layout that the store's data have, '' for data from before there were numbers. A store without data
takes `number`; there are data where any of the keys `...` is. ]]
local function layout_of(layout, number, ...)
  local found = redis.call('GET', layout)
  if found then
    return found
  end
  if redis.call('EXISTS', ...) > 0 then
    return ''
  end
  redis.call('SET', layout, number)
  return number
end

