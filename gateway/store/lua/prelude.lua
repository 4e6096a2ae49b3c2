--[[ Read before every verb: the store's clock, and the one way an event is told. What only some verbs need is in shared/:
each function here is made anew at every call. A word such as 'v.status' is a field of a numerous record:
gateway/store/fields.py has its short name. ]]
local function store_time()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

--[[ Tells the audit of one change; `...` is field, value, …. What each event tells is listed in
gateway/core/audit/events.py: whoever reads it has to look nothing up, and finds no number, name or code. ]]
local function tell_all(stream, event, now, customer, ...)
  redis.call('XADD', stream, '*', 'event', event, 'at', now, 'customer', customer, ...)
end

--[[ The same, without the fields that have no value. ]]
local function tell(stream, event, now, customer, ...)
  local words, last = { 'event', event, 'at', now, 'customer', customer, ... }, 4
  for i = 6, select('#', ...) + 6, 2 do
    if words[i] and words[i] ~= '' then
      words[last + 1], words[last + 2] = words[i - 1], words[i]
      last = last + 2
    end
  end
  redis.call('XADD', stream, '*', unpack(words, 1, last))
end

--[[ The same of a verification, which is told most: `about` is one word for all that its events say of it
(gateway/store/about.py), each field of `...` has its value. `verification` is its key, which ends with its id. ]]
local function about_of(verification, customer, contact, request)
  return string.sub(verification, -26) .. ' ' .. customer .. ' ' .. (contact or '') .. ' ' .. request
end
local function tell_of(about, stream, event, now, ...)
  redis.call('XADD', stream, '*', 'event', event, 'at', now, 'about', about, ...)
end

--[[ Tells the gateways where somebody waits for a change of the verification, by its key (gateway/store/changes.py). ]]
local function tell_waiting(verification)
  redis.call('SPUBLISH', verification, '')
end

