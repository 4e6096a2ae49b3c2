--[[ The verdict: the only way to become verified. Counts the attempt, compares, closes, tells the audit.
KEYS: 1 verification  2 guard  3 contact (the branch password where a method has no code of its own)  4 customer
      5 audit  6 lineage, in a cluster
ARGV: 1 attempt digest, or ''  2 digest of the answer  3 wrong answers allowed
      4 channel of the answer (screen, phone, reply)  5 wrong answers are forgotten after (ms)
      6 how long an ownership check counts (ms; 0: for ever)  7 replicas that must hold a verdict
      8 for a branch password: 2 under the other pepper in force, or the same again
Answers: {'missing'} | {'closed', status}, which is 'pending' for an answer through another channel than the method's
         | TRYAGAIN | NOREPLICAS
         | {verdict, wrong answers when it was given, now (ms), wrong answers now, 1 when they lock, else 0, what may
         change of the verification (shared/moving.lua)}
         Verdicts are correct, wrong, locked, contact_changed, store_changed and expired. An attempt sent again gets its
         first verdict, unless the customer has denied the verification since. ]]
local now = store_time()
local attempt = 'attempt' .. ARGV[1]

local v = redis.call('HMGET', KEYS[1], 'v.expires_at', 'v.status', 'v.customer_id', 'v.contact_id', 'v.request',
  'v.contact_version', 'v.store', 'v.code', 'v.rev', attempt,
  'v.delivery', 'v.d_state', 'v.d_reason', 'v.d_carrier', 'v.d_at', 'v.resend_at')
local expires_at, status, customer, contact_id, request, version, born_in, code, revision, given_before = unpack(v, 1, 10)
if not expires_at then
  return {'missing'}
end
local counted, wrong_at, locked_at = unpack(redis.call('HMGET', KEYS[2], 'wrong', 'wrong_at', 'locked_at'), 1, 3)
local wrong = tonumber(counted or '0')
if ARGV[1] ~= '' and given_before and status ~= 'denied' then
  local verdict, wrong_then = string.match(given_before, '^(.*):(%d+)$')
  return {verdict, tonumber(wrong_then), now, wrong, locked_at and 1 or 0, read_moving(KEYS[1])}
end
if status then
  return {'closed', status}
end
local about, method = about_of(KEYS[1], customer, contact_id, request), method_of(request)

local function give(verdict, ...)
  if ARGV[1] ~= '' then
    redis.call('HSET', KEYS[1], attempt, verdict .. ':' .. wrong)
  end
  return {verdict, wrong, now, wrong, verdict == 'locked' and 1 or 0, {...}}
end
local function over(ends_as, reason)
  local keys = { verification = KEYS[1], customer = KEYS[4], audit = KEYS[5] }
  revision = close(keys, about, revision, ends_as, reason, ARGV[4], now)
  return give(reason, ends_as, reason, revision, now, unpack(v, 11))
end

local channel_of = { s = 'screen', b = 'screen', a = 'phone', r = 'reply' }
if channel_of[method] ~= ARGV[4] then
  return {'closed', 'pending'}
end
local at_home, replication = is_at_home(born_in, KEYS[6])
if at_home == nil then
  return not_accepted()
end
if too_few_replicas(replication, ARGV[7]) then
  return no_replicas()
end
if now >= tonumber(expires_at) then
  return over('expired', 'expired')
end
if not at_home then
  return over('failed', 'store_changed')
end
if version then
  local contact, good_for = redis.call('HMGET', KEYS[3], 'c.version', 'c.owned_at'), tonumber(ARGV[6])
  if contact[1] ~= version or (good_for > 0 and contact[2] and now >= contact[2] * 1000 + good_for) then
    return over('failed', 'contact_changed')
  end
end
if locked_at then
  return over('failed', 'locked')
end
if wrong > 0 and now - tonumber(wrong_at) > tonumber(ARGV[5]) then
  wrong = 0
end

-- Before anything is compared: whatever may end this script, no guess goes uncounted.
wrong = wrong + 1
redis.call('HSET', KEYS[2], 'wrong', wrong, 'wrong_at', now)

local right
if method == 'b' then
  local password = redis.call('HMGET', KEYS[3], 'status', 'expires_at', 'code')
  right = password[1] == 'active' and now < tonumber(password[2])
    and (password[3] == ARGV[2] or password[3] == ARGV[8])
else
  right = code and code == ARGV[2]
end

if not right then
  tell_of(about, KEYS[5], 'verification.wrong_answer', now, 'wrong', wrong, 'channel', ARGV[4])
  if wrong >= tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[2], 'locked_at', now)
    tell_of(about, KEYS[5], 'customer.locked', now, 'wrong', wrong, 'channel', ARGV[4])
    return over('failed', 'locked')
  end
  revision = (revision or 0) + 1
  redis.call('HSET', KEYS[1], 'v.rev', revision)
  tell_waiting(KEYS[1])
  return give('wrong', false, false, revision, false, unpack(v, 11))
end

wrong = wrong - 1
if wrong == 0 then
  redis.call('DEL', KEYS[2])
else
  redis.call('HSET', KEYS[2], 'wrong', wrong, 'wrong_at', wrong_at)
end
if method == 'b' then
  redis.call('HSET', KEYS[3], 'status', 'used')
  redis.call('HDEL', KEYS[3], 'code')
end
return over('verified', 'correct')
