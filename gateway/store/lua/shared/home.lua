--[[ Read behind `fence`, before the verbs that believe what a verification says: whether nothing can have been lost since
it was opened (`birthplace`, as shared/birthplace.lua gives it). It was opened in this very node, or the shard came here
along the same line. Nil while nobody has judged how the shard came here. The second answer is that of `this_node`. ]]
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

