--[[ Read behind `fence`, before the verbs that write or compare where a verification was opened: the node, and in a
cluster, behind a space, the line by which the shard came there. Nothing while nobody has judged how it came. ]]
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

