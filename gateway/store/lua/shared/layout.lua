--[[ The number of the layout that the store's data have, '' for data from before there were numbers. A store without any
takes `number`; each of the keys `...` tells that there are data. ]]
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

