--[[ Read before the verbs that count operations in a day: the fields of a customer's record that have these counts. No
other field there begins with a full stop. ]]
local function of_day(operation) -- its letter
  return '.' .. operation
end
local function is_of_day(field)
  return string.sub(field, 1, 1) == '.'
end
