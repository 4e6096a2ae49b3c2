--[[ The verdict: the only way to become verified. Reserves the attempt, compares, closes, writes the audit event.
KEYS: 1 verification  2 guard  3 contact (the customer where a method needs none)  4 branch password
      5 customer  6 audit  7 lineage, in a cluster
ARGV: 1 verification id  2 attempt digest, or ''  3 digest of the answer  4 wrong answers allowed
      5 channel of the answer (screen, phone, reply)  6 wrong answers are forgotten after (ms)
      7 digest of the answer as a branch password  8 how long an ownership check counts (ms; 0: for ever)
      9 the same as 7 under the other pepper in force, or as 7  10 replicas that must hold a verdict
Answers: {'missing'} | {'closed', status} | {'too_few_replicas'} | {verdict, wrong answers as of it, now (ms), wrong
         answers, 1 when they lock, else 0, what may change of the verification, as `read_moving` of the prelude has it},
         where verdict is correct | wrong | locked | contact_changed | store_changed | expired; an attempt sent again
         gets its first. ]]
local now = store_time()
local keys = { verification = KEYS[1], customer = KEYS[5], audit = KEYS[6] }
local attempt = 'attempt' .. ARGV[2]

local v = read_moving(KEYS[1], 'v.expires_at', 'v.code', 'v.contact_version', attempt, 'v.store', 'v.customer_id',
  'v.client', 'v.method', 'v.operation', 'v.contact_id')
if not v[1] then
  return {'missing'}
end
local told = verification_of(ARGV[1], v)
local expires_at, code, version, given_before, born_in = unpack(v, MOVING + 1, MOVING + 5)
v[MOVING + 1] = nil -- an answer ends there
local guard = redis.call('HMGET', KEYS[2], 'wrong', 'wrong_at', 'locked_at')
local wrong = tonumber(guard[1] or '0')
if ARGV[2] ~= '' and given_before then
  local verdict, counted = string.match(given_before, '^(.*):(%d+)$')
  return {verdict, tonumber(counted), now, wrong, guard[3] and 1 or 0, v}
end
if v[1] ~= 'pending' then
  return {'closed', v[1]}
end

local function give(verdict)
  if ARGV[2] ~= '' then
    redis.call('HSET', KEYS[1], attempt, verdict .. ':' .. wrong)
  end
  return {verdict, wrong, now, wrong, verdict == 'locked' and 1 or 0, v}
end
local function over(status, reason)
  local revision = close(keys, told, status, reason, ARGV[5], now)
  v[1], v[2], v[3], v[4], v[5] = status, reason, revision, now, false
  return give(reason)
end

local channel_of = { sms = 'screen', branch_otp = 'screen', ars = 'phone', sms_reply = 'reply' }
if channel_of[told.method] ~= ARGV[5] then
  return {'closed', 'pending'}
end
local identity, replication = store_identity(KEYS[7])
if not identity then
  return not_accepted()
end
if too_few_replicas(replication, ARGV[10]) then
  return {'too_few_replicas'}
end
if now >= tonumber(expires_at) then
  return over('expired', 'expired')
end
if born_in ~= identity then
  return over('failed', 'store_changed')
end
if version then
  local contact, good_for = redis.call('HMGET', KEYS[3], 'c.version', 'c.owned_at'), tonumber(ARGV[8])
  if contact[1] ~= version or (good_for > 0 and contact[2] and now >= contact[2] * 1000 + good_for) then
    return over('failed', 'contact_changed')
  end
end
if guard[3] then
  return over('failed', 'locked')
end
if wrong > 0 and now - tonumber(guard[2]) > tonumber(ARGV[6]) then
  wrong = 0
end

wrong = wrong + 1
redis.call('HSET', KEYS[2], 'wrong', wrong, 'wrong_at', now)

local right
if told.method == 'branch_otp' then
  local password = redis.call('HMGET', KEYS[4], 'status', 'expires_at', 'code')
  right = password[1] == 'active' and now < tonumber(password[2])
    and (password[3] == ARGV[7] or password[3] == ARGV[9])
else
  right = code and code == ARGV[3]
end

if not right then
  tell_of(told, KEYS[6], 'verification.wrong_answer', now, 'wrong', wrong, 'channel', ARGV[5])
  if wrong >= tonumber(ARGV[4]) then
    redis.call('HSET', KEYS[2], 'locked_at', now)
    tell_of(told, KEYS[6], 'customer.locked', now, 'wrong', wrong, 'channel', ARGV[5])
    return over('failed', 'locked')
  end
  v[3] = redis.call('HINCRBY', KEYS[1], 'v.rev', 1)
  tell_waiting(KEYS[1])
  return give('wrong')
end

wrong = wrong - 1
if wrong == 0 then
  redis.call('DEL', KEYS[2])
else
  redis.call('HSET', KEYS[2], 'wrong', wrong, 'wrong_at', guard[2])
end
if told.method == 'branch_otp' then
  redis.call('HSET', KEYS[4], 'status', 'used')
  redis.call('HDEL', KEYS[4], 'code')
end
return over('verified', 'correct')
