--[[ Files a contact under another index of its number, unless the contact was changed meanwhile.
KEYS: 1 contacts of the customer  2 contact
ARGV: 1 contact id  2 index as it was read  3 the other index
Answers: {'reindexed'} | {'changed'} | {'taken'}: another contact of the customer is filed there. ]]
if redis.call('HGET', KEYS[2], 'c.index') ~= ARGV[2] then
  return {'changed'}
end
local taken = redis.call('HGET', KEYS[1], ARGV[3])
if taken and taken ~= ARGV[1] then
  return {'taken'}
end
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[1], ARGV[3], ARGV[1])
redis.call('HSET', KEYS[2], 'c.index', ARGV[3])
return {'reindexed'}
