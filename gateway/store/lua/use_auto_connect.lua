--[[ Uses a token and puts the next one in its place. A token that is not the latest, or comes from another device,
was copied, and what the device proved itself with may be somebody else's since: the family ends.
KEYS: 1 family  2 customer's families  3 audit
ARGV: 1 auto-connect id  2 digest of the token  3 digest of the device  4 digest of the next token  5 life (ms)
      6 customer id  7, 8 digests of token and device under the other pepper in force, or the same again
      9 prefix of the customer's contact keys; what it completes is in the slot of the others
Answers: {'used'} | {'missing'} | {'ended'}. ]]
local now = store_time()
local family = redis.call('HMGET', KEYS[1], 'token', 'device', 'expires_at', 'contact', 'version')
if not family[1] or now >= tonumber(family[3]) then
  redis.call('HDEL', KEYS[2], ARGV[1])
  return {'missing'}
end
local latest = family[1] == ARGV[2] or family[1] == ARGV[7]
local at_home = family[2] == ARGV[3] or family[2] == ARGV[8]
local as_proved = redis.call('HGET', ARGV[9] .. family[4], 'c.version') == family[5]
if not (latest and at_home and as_proved) then
  redis.call('DEL', KEYS[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
  tell(KEYS[3], 'auto_connect.ended', now, ARGV[6], 'auto_connect', ARGV[1],
    'reason', not latest and 'old_token' or not at_home and 'other_device' or 'contact_changed')
  return {'ended'}
end
local expires_at = now + tonumber(ARGV[5])
redis.call('HSET', KEYS[1], 'token', ARGV[4], 'device', ARGV[3], 'used_at', now, 'expires_at', expires_at)
redis.call('PEXPIREAT', KEYS[1], expires_at)
tell(KEYS[3], 'auto_connect.used', now, ARGV[6], 'auto_connect', ARGV[1])
return {'used'}
