-- How likely what was given is used, by age: what is expected, and what counts as inside.

local WEIGHT = 4
local PRIOR_CALL = { 600, 600, 400, 200, 200, 100, 100, 20, 20, 10, 10, 10, 10, 10, 10, 10 }
local PRIOR_FRESH = { 800, 500, 200, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
local PRIOR_IDLE = { 100, 100, 200, 200, 200, 100, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50 }

-- prior is the hazard assumed for bucket j before anything is learned. last is the last bucket that begins below rules.page.
local function prior(i, j, last)
  if i == CALLS then
    return PRIOR_CALL[j]
  elseif i == FRESH then
    return PRIOR_FRESH[j]
  elseif j > last then
    return 0
  elseif j >= last - 1 then
    return max(PRIOR_IDLE[j], 500)
  end
  return PRIOR_IDLE[j]
end

-- chances are those of a set's buckets, in permille. A strict room counts every stay in full.
local function chances(i)
  local p = {}
  if rules.strict == 1 and i ~= CALLS then
    for j = 1, BUCKETS do
      p[j] = 1000
    end
    return p
  end
  local c, ends, last, q, after = curve(i), curve_end(i), 0, 1000000, 0
  for j = 1, BUCKETS do
    if EDGES[j] < rules.page then
      last = j
    end
  end
  for j = BUCKETS, 1, -1 do
    local start = 0
    if EDGES[j] < ends then
      local back = c[j]
      local r = 1000 * (back + c[BUCKETS + j] + WEIGHT)
      q = floor(q * (r - 1000 * back - WEIGHT * prior(i, j, last)) / r)
      start = floor((1000999 - q) / 1000)
    end
    p[j] = floor((start + after + 1) / 2)
    after = start
  end
  return p
end

-- weighed adds up the chances of a set's members that are younger than a bound. full: those younger count as 1000. Buckets of
-- the same weight are counted at once. O(b log N) for b buckets.
local function weighed(i, bound, full)
  local left = size(i)
  if left == 0 then
    return 0
  end
  local p, sum, from, weight = chances(i), 0, '+inf', nil
  for j = 1, BUCKETS + 1 do
    local edge = j <= BUCKETS and EDGES[j] or bound
    local w = edge < full and 1000 or p[j]
    if weight and (edge >= bound or w ~= weight) then
      local n = weight == 0 and 0 or call('ZCOUNT', KEYS[i], above_ago(min(edge, bound)), from)
      sum, left, from = sum + n * weight, left - n, ago(edge)
      if edge >= bound or left == 0 then
        break
      end
    end
    weight = w
  end
  return sum
end

local counted_before

-- counted is what counts as inside, in permille, before this call has written a stay. O(160 log N).
local function counted()
  if not counted_before then
    counted_before = weighed(FRESH, min(rules.confirm, rules.idle), 0)
    for i = INSIDE, SERVED do
      counted_before = counted_before + weighed(i, rules.idle, rules.active)
    end
  end
  return counted_before
end

-- open_calls is how many calls can still be claimed, without those at the door. O(log N).
local function open_calls()
  return counting(CALLS, NOW - rules.window, '+inf')
end

-- called_count is what the open calls count, in permille. O(16 log N).
local function called_count()
  return weighed(CALLS, rules.window, 0) + 1000 * size(ASKING)
end
