--[[ Puts a field's value into another form, unless somebody changed it meanwhile. The record's time to live stays.
KEYS: 1 record
ARGV: 1 field  2 value as it was read  3 the same in its other form
Answers: {'replaced'} | {'changed'}. ]]
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return {'changed'}
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return {'replaced'}
