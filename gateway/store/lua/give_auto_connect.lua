--[[ Begins a family of auto-connect tokens, once for each verification; it rests on the contact as it was then, and so
is given only while the contact still is. Families that are over are listed no more.
KEYS: 1 family (its key ends with its id, and those of the others begin alike)  2 customer's families
      3 verification that earned it  4 audit
ARGV: 1 auto-connect id  2 digest of the token  3 digest of the device  4 life (ms)  5 verification id  6 customer id
      7 prefix of the customer's contact keys; what it completes is in the slot of the others
Answers: {'given', now, expires_at} | {'again'}, also for what is not verified, or not any more, or the contact of which
         is another since, or gone. ]]
local now = store_time()
local proof = redis.call('HMGET', KEYS[3], 'v.contact_id', 'v.contact_version', 'v.status')
local as_proved = proof[1] and redis.call('HGET', ARGV[7] .. proof[1], 'c.version') == proof[2]
if proof[3] ~= 'verified' or not as_proved or redis.call('HSETNX', KEYS[3], 'auto_connect', ARGV[1]) == 0 then
  return {'again'}
end
local expires_at = now + tonumber(ARGV[4])
redis.call('HSET', KEYS[1], 'token', ARGV[2], 'device', ARGV[3], 'given_at', now, 'used_at', now,
  'expires_at', expires_at, 'contact', proof[1], 'version', proof[2])
redis.call('PEXPIREAT', KEYS[1], expires_at)
for _, other in ipairs(redis.call('HKEYS', KEYS[2])) do
  if redis.call('EXISTS', string.sub(KEYS[1], 1, -#ARGV[1] - 1) .. other) == 0 then
    redis.call('HDEL', KEYS[2], other)
  end
end
redis.call('HSET', KEYS[2], ARGV[1], now)
tell(KEYS[4], 'auto_connect.given', now, ARGV[6], 'auto_connect', ARGV[1], 'verification', ARGV[5])
return {'given', now, expires_at}
