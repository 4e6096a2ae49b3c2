--[[ Ends an ownership check whose try was taken with take_cap: one that failed stays counted, another is given back.
KEYS: 1 audit  2… counters, one for each index key in force
ARGV: 1 contact id  2 'failed' | 'other'  3 customer id
Answers: {'done'}. ]]
if ARGV[2] == 'failed' then
  tell(KEYS[1], 'contact.ownership_refused', store_time(), ARGV[3], 'contact', ARGV[1], 'by', 'carrier')
  return {'done'}
end
for i = 2, #KEYS do
  if tonumber(redis.call('GET', KEYS[i]) or '0') > 0 and redis.call('DECR', KEYS[i]) == 0 then
    redis.call('DEL', KEYS[i])
  end
end
return {'done'}
