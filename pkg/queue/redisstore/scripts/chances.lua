-- How likely what was given is used, by age: what is expected, and what counts as inside.

local WEIGHT = 4
local PRIOR_CALL = { 600, 600, 400, 200, 200, 100, 100, 20, 20, 10, 10, 10, 10, 10, 10, 10 }
local PRIOR_FRESH = { 800, 500, 200, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
local PRIOR_IDLE = { 100, 100, 200, 200, 200, 100, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50 }

-- weighed_priors are the hazards assumed before anything is learned, times WEIGHT, of the buckets that begin before a curve ends.
local function weighed_priors(i)
  local ends, last, w = curve_end(i), 0, {}
  for j = 1, BUCKETS do
    if EDGES[j] < rules.page then
      last = j
    end
  end
  for j = 1, BUCKETS do
    if EDGES[j] >= ends then
      break
    elseif i == CALLS then
      w[j] = WEIGHT * PRIOR_CALL[j]
    elseif i == FRESH then
      w[j] = WEIGHT * PRIOR_FRESH[j]
    elseif j > last then
      w[j] = 0
    else
      w[j] = WEIGHT * (j >= last - 1 and max(PRIOR_IDLE[j], 500) or PRIOR_IDLE[j])
    end
  end
  return w
end

local idle_priors -- the same for all sets of confirmed stays

-- chances are those of a set's buckets, in permille. A rest is taken off because math.floor costs three times as much; nothing here is
-- negative.
local function chances(i)
  local p = chances_of[i]
  if p then
    return p
  end
  p = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
  chances_of[i] = p
  local w
  if i == CALLS or i == FRESH then
    w = weighed_priors(i)
  else
    idle_priors = idle_priors or weighed_priors(i)
    w = idle_priors
  end
  local c, q, after = curve(i), 1000000, 0
  for j = #w, 1, -1 do
    local back = 1000 * c[j]
    local r = back + 1000 * (c[BUCKETS + j] + WEIGHT)
    q = q * (r - back - w[j]) / r
    q = q - q % 1
    local start = (1000999 - q) / 1000
    start = start - start % 1
    local mean = (start + after + 1) / 2
    p[j], after = mean - mean % 1, start
  end
  return p
end

-- between counts the members younger than the edges that lie between two, where they are not as many at both.
local function between(key, edges, n, low, high)
  if high - low < 2 then
    return
  elseif n[low] == n[high] then
    for j = low + 1, high - 1 do
      n[j] = n[low]
    end
    return
  end
  local middle = floor((low + high) / 2)
  n[middle] = call('ZCOUNT', key, above_ago(edges[middle]), '+inf')
  between(key, edges, n, low, middle)
  between(key, edges, n, middle, high)
end

-- younger counts a set's members by age: how many are younger than the upper edge of each bucket, the last of which ends at a
-- bound. It answers the edges and the counts. O(b log N) for b buckets in which there are members.
local function younger(i, bound)
  local edges, n, m = { [0] = 0 }, { [0] = 0 }, 0
  repeat
    m = m + 1
    edges[m] = m < BUCKETS and min(EDGES[m + 1], bound) or bound
  until edges[m] == bound
  n[m] = has(i) and call('ZCOUNT', KEYS[i], above_ago(bound), '+inf') or 0
  between(KEYS[i], edges, n, 0, m)
  return edges, n
end

-- weighed adds up the chances of a set's members that are younger than a bound. full: those younger count as 1000. A strict room
-- counts every stay in full.
local function weighed(i, bound, full)
  if not has(i) then
    return 0
  elseif rules.strict == 1 and i ~= CALLS then
    return 1000 * counting(i, NOW - bound, '+inf')
  end
  local n = bound == curve_end(i) and younger_of[i]
  if not n then
    local _
    _, n = younger(i, bound)
  end
  if n[#n] == 0 then
    return 0
  end
  local p, sum = chances(i), 0
  for j = 1, #n do
    sum = sum + (n[j] - n[j - 1]) * (EDGES[j] < full and 1000 or p[j])
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
