-- What has outlived an edge of its curve.

-- outlived notes for a curve what has passed an edge since the last Advance. Whatever has passed one is in the bucket behind it,
-- unless that is shorter than the time since: of an empty one nothing has to be counted.
local function outlived(i)
  if not has(i) then
    return
  end
  local edges, n = younger(i, curve_end(i))
  younger_of[i] = n
  local passed, older = NOW - room.tick, size(i) - n[#n]
  older_of[i] = older
  for j = 1, #n do
    local next, behind = edges[j + 1], n[j + 1]
    if next and (behind > n[j] or edges[j] + passed > next) or not next and older > 0 then
      local come = call('ZCOUNT', KEYS[i], above_ago(edges[j] + passed), ago(edges[j]))
      if come > 0 then
        observe(i, j, 0, come)
      end
    end
  end
end

local function all_outlived()
  outlived(CALLS)
  for i = FRESH, SERVED do
    outlived(i)
  end
end
