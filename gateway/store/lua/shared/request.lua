--[[ Read before the verbs that look at what was asked for, by the letters that 'v.request' begins with
(gateway/store/about.py): 's' a text, 'a' a call, 'r' a reply, 'b' a branch password; the operation; and the client. ]]
local function method_of(request)
  return string.sub(request, 1, 1)
end
local function operation_of(request)
  return string.sub(request, 2, 2)
end

