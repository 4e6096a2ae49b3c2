--[[ Reads which node has a shard, and which was accepted last.
KEYS: 1 lineage
ARGV: –
Answers: {the node that this runs on, the one accepted or false, the epoch then or false, the primaries then or false}. ]]
return {this_node(KEYS[1]), unpack(redis.call('HMGET', KEYS[1], 'node', 'epoch', 'primaries'))}
