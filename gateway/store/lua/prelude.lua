--[[ Read before every verb: the store's clock, and the only ways to tell the audit of an event. Every call of a script
makes these functions anew, so what only some verbs need is in shared/. A quoted word such as 'v.status' is a field, which
is read with its short name in its place (gateway/store/fields.py). ]]
local function store_time()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

--[[ Tells the audit of one change; `...` is field, value, …. gateway/core/audit/events.py lists the fields of each event:
all that a reader needs, and no phone number, name or code. ]]
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

--[[ The same for a verification, of which most is told: `about` is one word for what all of its events repeat
(gateway/store/about.py), and each field of `...` has a value. `verification` is a key, which ends with the id. ]]
local function about_of(verification, customer, contact, request)
  return string.sub(verification, -26) .. ' ' .. customer .. ' ' .. (contact or '') .. ' ' .. request
end
local function tell_of(about, stream, event, now, ...)
  redis.call('XADD', stream, '*', 'event', event, 'at', now, 'about', about, ...)
end

--[[ Tells the gateways where somebody waits that the verification has changed (gateway/store/changes.py). ]]
local function tell_waiting(verification)
  redis.call('SPUBLISH', verification, '')
end

