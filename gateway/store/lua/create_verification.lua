--[[ Opens a verification: checks lock, contact and the customer's cap, writes it, and queues its delivery.
KEYS: 1 verification  2 customer  3 contact (the customer again where a method needs none)  4 guard
      5 customer's cap  6 customer's open verifications  7 shard's expiring set  8 outbox  9 audit
      10 customer's verifications of the day
ARGV: 1 verification id  2 contact version expected, or ''  3 wrong answers allowed  4 cap  5 cap window (ms)
      6 life (ms)  7 kept after its life (ms)  8 '1' to queue a delivery  9 first resend after (ms), or ''
      10 wrong answers are forgotten after (ms)  11 operation  12 most of this operation in a day, or ''
      13 customer id  14 client  15 method  16 contact id, or ''  17… other fields and values of the verification
Answers: {'created', the verification as read} | {'locked'} | {'capped', retry_after_ms} | {'capped_today', retry_after_ms}
         | {'contact_changed'} | {'customer_missing'}. Times are ms since the epoch by the store's clock. ]]
local now = store_time()

if redis.call('EXISTS', KEYS[2]) == 0 then
  return {'customer_missing'}
end
if ARGV[2] ~= '' and redis.call('HGET', KEYS[3], 'version') ~= ARGV[2] then
  return {'contact_changed'}
end

local guard = redis.call('HMGET', KEYS[4], 'wrong', 'wrong_at', 'locked_at')
if guard[3] then
  return {'locked'}
end
local wrong = tonumber(guard[1] or '0')
if wrong > 0 and now - tonumber(guard[2]) > tonumber(ARGV[10]) then
  redis.call('DEL', KEYS[4])
  wrong = 0
end

local opened = tonumber(redis.call('GET', KEYS[5]) or '0')
if opened >= tonumber(ARGV[4]) then
  return {'capped', redis.call('PTTL', KEYS[5])}
end
if ARGV[12] ~= '' and tonumber(redis.call('HGET', KEYS[10], ARGV[11]) or '0') >= tonumber(ARGV[12]) then
  return {'capped_today', redis.call('PTTL', KEYS[10])}
end
if redis.call('HINCRBY', KEYS[10], ARGV[11], 1) == 1 and redis.call('PTTL', KEYS[10]) < 0 then
  redis.call('PEXPIRE', KEYS[10], 86400000)
end
if redis.call('INCR', KEYS[5]) == 1 then
  redis.call('PEXPIRE', KEYS[5], ARGV[5])
end

local expires_at = now + tonumber(ARGV[6])
local born_in = store_identity()
local fields = {'status', 'pending', 'created_at', now, 'expires_at', expires_at, 'rev', 1, 'store', born_in,
  'operation', ARGV[11], 'customer_id', ARGV[13], 'client', ARGV[14], 'method', ARGV[15]}
if ARGV[16] ~= '' then
  fields[#fields + 1] = 'contact_id'
  fields[#fields + 1] = ARGV[16]
end
if ARGV[8] == '1' then
  fields[#fields + 1] = 'delivery'
  fields[#fields + 1] = 1
  fields[#fields + 1] = 'd_state'
  fields[#fields + 1] = 'queued'
  fields[#fields + 1] = 'd_at'
  fields[#fields + 1] = now
end
if ARGV[9] ~= '' then
  fields[#fields + 1] = 'resend_at'
  fields[#fields + 1] = now + tonumber(ARGV[9])
end
for i = 17, #ARGV do
  fields[#fields + 1] = ARGV[i]
end
redis.call('HSET', KEYS[1], unpack(fields))
redis.call('PEXPIREAT', KEYS[1], expires_at + tonumber(ARGV[7]))
redis.call('ZADD', KEYS[6], expires_at, ARGV[1])
redis.call('PEXPIREAT', KEYS[6], expires_at + tonumber(ARGV[7]))
redis.call('ZADD', KEYS[7], expires_at, ARGV[1])
if ARGV[8] == '1' then
  redis.call('XADD', KEYS[8], '*', 'verification', ARGV[1], 'delivery', 1)
end
tell(KEYS[9], 'verification.created', now, ARGV[13], 'verification', ARGV[1], 'client', ARGV[14], 'method', ARGV[15],
  'operation', ARGV[11], 'contact', ARGV[16], 'delivery', ARGV[8])
return {'created', as_read(KEYS[1], now, wrong, false)}
