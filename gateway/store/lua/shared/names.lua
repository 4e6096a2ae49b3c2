--[[ Read before the verbs that know a verification by another name than its key, which ends with all of them. Its name in
the shard are the last 20 letters of its id; a field of a customer's record that has as many is the name of an open one. ]]
local function id_of(verification)
  return string.sub(verification, -26)
end
local function name_of(id_or_key)
  return string.sub(id_or_key, -20)
end
local function is_name(field)
  return #field == 20
end

