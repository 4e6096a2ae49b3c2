--[[ Read before the verbs that register an exemption. keys: exemption, version, audit.
given: from and till (ms), via, by, and approved_by and approval where a second person let it happen (R20). ]]
local function register_exemption(keys, customer, given, now)
  local second = { given.approved_by or '', given.approval or '' }
  redis.call('DEL', keys.exemption)
  redis.call('HSET', keys.exemption, 'from', given.from, 'until', given.till, 'via', given.via, 'by', given.by,
    'approved_by', second[1])
  redis.call('PEXPIREAT', keys.exemption, given.till)
  redis.call('INCR', keys.version)
  tell(keys.audit, 'overseas_exemption.registered', now, customer, 'from', given.from, 'until', given.till,
    'via', given.via, 'by', given.by, 'approved_by', second[1], 'approval', second[2])
end
