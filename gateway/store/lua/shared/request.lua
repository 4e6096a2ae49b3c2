--[[ Read before the verbs that look at what was asked for. 'v.request' (gateway/store/about.py) is a letter for the method
('s' a text, 'a' a call, 'r' a reply, 'b' a branch password), a letter for the operation, and the client. ]]
local function method_of(request)
  return string.sub(request, 1, 1)
end
local function operation_of(request)
  return string.sub(request, 2, 2)
end

