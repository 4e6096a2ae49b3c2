--[[ Moves the read model of a shard on by some events of its audit, if nobody else has meanwhile.
KEYS: 1 position  2 index of all verifications  3 names of the indexes  4… whatever the updates name by number
ARGV: 1 position expected  2 position after  3 kept for (ms)  4… updates, each of four words:
      'count', key, field, by        | adds to a counter of a hash that is kept for two hours
      'add', key, member, score      | puts a member into a sorted set
      'index', key, member, name     | the same with the score that the member has in the index of all
      'recent', key, member, score   | puts a member into a sorted set that is kept as long as its latest member
      'drop', key, member, ''        | takes a member out of a sorted set
      'note', key, text, ''          | appends to a list that is kept
Answers: 1, or 0 when the position was another. ]]
if (redis.call('GET', KEYS[1]) or '0-0') ~= ARGV[1] then
  return 0
end
for i = 4, #ARGV, 4 do
  local what, key, a, b = ARGV[i], KEYS[tonumber(ARGV[i + 1])], ARGV[i + 2], ARGV[i + 3]
  if what == 'count' then
    redis.call('HINCRBY', key, a, b)
    redis.call('PEXPIRE', key, 7200000)
  elseif what == 'add' then
    redis.call('ZADD', key, b, a)
  elseif what == 'index' then
    local score = redis.call('ZSCORE', KEYS[2], a)
    if score then
      redis.call('ZADD', key, score, a)
      redis.call('SADD', KEYS[3], b)
    end
  elseif what == 'recent' then
    redis.call('ZADD', key, b, a)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', tonumber(b) - tonumber(ARGV[3]))
    redis.call('PEXPIRE', key, ARGV[3])
  elseif what == 'drop' then
    redis.call('ZREM', key, a)
  else
    redis.call('RPUSH', key, a)
    redis.call('PEXPIRE', key, ARGV[3])
  end
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
