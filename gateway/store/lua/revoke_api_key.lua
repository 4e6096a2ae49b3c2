--[[ Makes an API key good no more.
KEYS: 1 API keys  2 audit
ARGV: 1 digest of the key  2 key id  3 client  4 person who answered for it
Answers: {'revoked'} | {'missing'}. ]]
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then
  return {'missing'}
end
tell(KEYS[2], 'api_key.revoked', store_time(), '', 'api_key', ARGV[2], 'client', ARGV[3], 'person', ARGV[4])
return {'revoked'}
