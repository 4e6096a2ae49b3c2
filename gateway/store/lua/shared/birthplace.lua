--[[ Read behind `fence`, before the verbs that give or look for what a verification keeps of where it was opened: the node,
and in a cluster, behind a space, the line by which the shard came there. Nothing until somebody has judged. ]]
local function birthplace(lineage)
  local node = this_node(lineage)
  if not lineage then
    return node
  end
  local line = line_to(node, lineage)
  return line and node .. ' ' .. line
end

--[[ The line of a birthplace; of a single server it is the node. ]]
local function line_of(birthplace)
  return string.match(birthplace, ' (.*)$') or birthplace
end

