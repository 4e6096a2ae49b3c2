--[[ Ends an ownership check whose try was taken with take_cap: one that failed stays counted, another is given back.
KEYS: 1 counter  2 audit
ARGV: 1 contact id  2 'failed' | 'other'  3 customer id
Answers: {'done'}. ]]
if ARGV[2] == 'failed' then
  tell(KEYS[2], 'contact.ownership_refused', store_time(), ARGV[3], 'contact', ARGV[1], 'by', 'carrier')
elseif tonumber(redis.call('GET', KEYS[1]) or '0') > 0 and redis.call('DECR', KEYS[1]) == 0 then
  redis.call('DEL', KEYS[1])
end
return {'done'}
