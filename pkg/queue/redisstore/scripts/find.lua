-- Find looks for the visitor with an order.
--
-- ARGV:  3 order
-- Reply: 'ok', visitor, standing, set (its name), the time that the set holds of it, times; or 'unknown'
-- Cost:  O(log N)

local stop = load()
if stop then
  return stop
end

-- with_order is the first visitor of a set with the order.
local function with_order(i)
  return has(i) and call('ZRANGEBYSCORE', KEYS[i], ARGV[3], ARGV[3], 'LIMIT', 0, 1)[1]
end

-- in_lines is the one in line with it, by id if several lanes have one.
local function in_lines()
  local first
  for i = LINE, LINE + 7 do
    local id = with_order(i)
    first = id and (not first or id < first) and id or first
  end
  return first
end

local id = in_lines() or with_order(FRONT) or with_order(ORDERS)
if not id then
  return { 'unknown' }
end
known_again(find({ id }))
local v = record(id)
local state, till, began = standing(v)
local NAMES = {
  [LINE] = 'line', [FRONT] = 'front', [CALLS] = 'calls', [ASKING] = 'asking', [MISSED] = 'missed', [LAPSED] = 'lapsed',
  [ENDED] = 'ended',
}

-- time is what the set holds of the visitor.
local function time()
  if v.set == LINE or v.set == FRONT then
    local ms = abs(v.seen) % LANE_SPAN
    return v.seen < 0 and -ms or ms
  elseif v.set == ENDED then
    return floor(v.at / REASONS)
  elseif v.set == ASKING then
    return v.first
  end
  return v.at or v.began or 0
end

return { 'ok', id, state, NAMES[v.set] or v.began and 'spent' or '', time(), till, began }
