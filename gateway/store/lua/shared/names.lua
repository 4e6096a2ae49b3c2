--[[ Read before the verbs that call a verification by its id, with which its key ends, or by its name in the shard: the
last 20 letters of the id. A field of a customer's record that has as many letters is the name of an open one. ]]
local function id_of(verification)
  return string.sub(verification, -26)
end
local function name_of(id_or_key)
  return string.sub(id_or_key, -20)
end
local function is_name(field)
  return #field == 20
end

