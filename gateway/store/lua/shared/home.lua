--[[ Read behind `fence`, before the verbs that believe what a verification says: whether nothing can have been lost since it
was opened (shared/birthplace.lua), in this node or along the line by which the shard came to it. Nil until somebody has
judged how it came, which does not matter to what was opened in this very node. And what the node says of its
replication, for `too_few_replicas`. ]]
local function is_at_home(birthplace, lineage)
  local node, replication = this_node(lineage)
  if not lineage then
    return birthplace == node, replication
  end
  if birthplace and string.sub(birthplace, 1, #node + 1) == node .. ' ' then
    return true, replication
  end
  local line = line_to(node, lineage)
  if not line then
    return nil, replication
  end
  return birthplace and string.sub(birthplace, -#line - 1) == ' ' .. line or false, replication
end

