--[[ Read before the verbs that answer with what may change of a verification: first the MOVING values that callers are
told of, in the order in which `verification_of` of gateway/store/verification_records.py takes them, then those of the
fields `...`. ]]
local MOVING = 10
local function read_moving(verification, ...)
  return redis.call('HMGET', verification, 'v.status', 'v.reason', 'v.rev', 'v.closed_at', 'v.delivery',
    'v.d_state', 'v.d_reason', 'v.d_carrier', 'v.d_at', 'v.resend_at', ...)
end

