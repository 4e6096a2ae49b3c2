--[[ Read before the verbs that note reports: whether one counts. A carrier's does when it is of the latest hand-over, and
of the carrier that this went to. Our own, that we gave up (`send` is ''), does while no carrier has said that it has the
delivery. ]]
local function counts(send, carrier, latest_send, latest_carrier, carrier_id)
  if send == '' then
    return not carrier_id
  end
  return send == latest_send and carrier == latest_carrier
end

