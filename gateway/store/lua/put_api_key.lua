--[[ Makes an API key good; one that is good in the same way already stays as it is.
KEYS: 1 API keys  2 audit
ARGV: 1 digest of the key  2 record  3 key id  4 client  5 person who answers for it  6 scopes, with spaces between
Answers: {'created'} | {'as_it_was'}. ]]
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  return {'as_it_was'}
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
tell(KEYS[2], 'api_key.created', store_time(), '', 'api_key', ARGV[3], 'client', ARGV[4], 'person', ARGV[5],
  'scopes', ARGV[6])
return {'created'}
