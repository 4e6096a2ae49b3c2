--[[ Accepts the node that has a shard, unless the shard has moved on or somebody else has judged meanwhile.
KEYS: 1 lineage
ARGV: 1 the node that was judged  2 the one that was accepted before it, or ''  3 highest epoch of the cluster
      4 replication ids of all its primaries  5 '1' to keep what was opened before
Answers: 'accepted' | 'again': there is something else to judge. ]]
local node = this_node(KEYS[1])
if node ~= ARGV[1] or (redis.call('HGET', KEYS[1], 'node') or '') ~= ARGV[2] then
  return 'again'
end
redis.call('HSET', KEYS[1], 'node', node, 'epoch', ARGV[3], 'primaries', ARGV[4])
if ARGV[5] ~= '1' then
  redis.call('HSET', KEYS[1], 'line', string.format('%s%x', string.sub(node, 1, 8), store_time()))
end
return 'accepted'
