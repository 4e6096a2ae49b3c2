--[[ Read before the verbs that ask which store this is. ]]

--[[ Which store this is: 64 bits of its replication id. A restart or a promotion, by which acknowledged writes may be
lost, changes that id, and what may succeed only once must not succeed in another store than the one that knows of it. In
a cluster (`lineage` is a key then) also the node's configuration epoch, which grows before the node takes a slot from
another: as long as both stay the same, the shard has not left the node, and the node has lost nothing. The second answer
is what it says of its replication, for `too_few_replicas`. ]]
local function this_node(lineage)
  local replication = redis.call('INFO', 'replication')
  local _, before = string.find(replication, 'master_replid:', 1, true)
  local node = string.sub(replication, before + 1, before + 16)
  if lineage then
    local cluster = redis.call('CLUSTER', 'INFO')
    _, before = string.find(cluster, 'cluster_my_epoch:', 1, true)
    node = node .. ':' .. string.match(cluster, '^%d+', before + 1)
  end
  return node, replication
end

--[[ The line of nodes along which the shard came to this one without a loss, or nothing while nobody has judged how it
came here (`accept_node`). ]]
local function line_to(node, lineage)
  local accepted = redis.call('HMGET', lineage, 'node', 'line')
  return accepted[1] == node and accepted[2]
end

local function not_accepted()
  return redis.error_reply('TRYAGAIN nobody has judged yet how this shard came here')
end
local function no_replicas()
  return redis.error_reply('NOREPLICAS fewer than BONIN_STORE_REPLICAS')
end
local function too_few_replicas(replication, needed)
  return needed ~= '0' and tonumber(string.match(replication, 'connected_slaves:(%d+)')) < tonumber(needed)
end
