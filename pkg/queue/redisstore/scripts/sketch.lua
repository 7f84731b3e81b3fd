-- The sketches of the lanes: the orders of the first places, and those at ranks 2 % apart behind them.
--
-- A sketch costs about 3 ms at a million places. So SKETCH holds one for all gateways, finished at room.sketched, and Advance
-- makes the next in slices, at the end of GROWING, when SKETCH is old and room.stirred says that it is another by now. growth
-- says how far that has come: the lane that is looked at (-1: none); how many of its first places are done (-1: nothing), or from
-- 1,000 on the rank of the next sample; its length; the order of the last place that was looked at; bytes in GROWING. Lines that
-- are short enough are looked at in one slice. Each slice is later than the one before, so that of a place that goes on no figure
-- is too low, and none rises for it.
--
-- The text begins with a line that has the order of the highest number given, and has three a lane with places: lane, places
-- and the same order; the orders of the first places; the orders at the ranks. One long string is read several times faster than 1,300 short ones.

local SKETCH_EXACT = 1000
local SKETCH_AGE = 500
local SAMPLE_COST = 4 -- a sample costs as much as so many places
local SLICE = 1250 -- places that one Advance looks at
local GROWTH = '>ddddd'

-- begin_lane writes the first line of a lane.
local function begin_lane(g, parts)
  if g.lane == 0 then
    parts[1] = string.format('%.0f\n', order_of(room.epoch, room.last))
  end
  g.after, g.done = rules.floor, 0
  g.length = counting(LINE + g.lane, rules.floor, '+inf')
  if g.length == 0 then
    g.lane, g.done = g.lane + 1, -1
    return 1
  end
  parts[#parts + 1] = string.format('%.0f %.0f %.0f\n', g.lane, g.length, order_of(room.epoch, room.last))
  return 1
end

-- look_at_first writes the orders of some of the first places.
local function look_at_first(g, parts, n)
  n = min(n, SKETCH_EXACT - g.done)
  local found, orders = call('ZRANGEBYSCORE', KEYS[LINE + g.lane], above(g.after), '+inf', 'WITHSCORES', 'LIMIT', 0, n), {}
  for i = 2, #found, 2 do
    orders[#orders + 1] = found[i]
  end
  if #orders > 0 then
    g.after = tonumber(orders[#orders])
    orders[#orders + 1] = ''
    parts[#parts + 1] = table.concat(orders, ' ')
    g.done = g.done + #orders - 1
  end
  if #found < 2 * n or g.done == SKETCH_EXACT then
    parts[#parts + 1], g.done = '\n', SKETCH_EXACT
  end
  return max(1, #orders)
end

-- next_rank is the rank of the sample behind one, see queue.NextSketchRank.
local function next_rank(rank)
  return rank + max(1, floor(rank / 50))
end

-- look_at_ranks writes the orders at some of the ranks.
local function look_at_ranks(g, parts, n)
  local below, orders, key = room.sunk == 1 and counting(LINE + g.lane, -1, rules.floor) or 0, {}, KEYS[LINE + g.lane]
  local ended = false
  for _ = 1, n do
    local rank = below + g.done
    local order = g.done < g.length and call('ZRANGE', key, rank, rank, 'WITHSCORES')[2]
    if not order then
      ended = true
      break
    end
    orders[#orders + 1], g.done = order, next_rank(g.done)
  end
  if #orders > 0 then
    orders[#orders + 1] = ended and '\n' or ''
    parts[#parts + 1] = table.concat(orders, ' ')
  elseif ended then
    parts[#parts + 1] = '\n'
  end
  if ended then
    g.lane, g.done = g.lane + 1, -1
  end
  return 1 + #orders * SAMPLE_COST
end

-- slice goes on with a sketch until so many places are looked at.
local function slice(g, parts, budget)
  while budget > 0 and g.lane < 8 do
    if g.done < 0 then
      budget = budget - begin_lane(g, parts)
    elseif g.done < SKETCH_EXACT then
      budget = budget - look_at_first(g, parts, budget)
    else
      budget = budget - look_at_ranks(g, parts, floor((budget + SAMPLE_COST - 1) / SAMPLE_COST))
    end
  end
end

-- fresh_sketch is one of this moment.
local function fresh_sketch()
  local g, parts = { lane = 0, done = -1 }, {}
  slice(g, parts, 1000000)
  return table.concat(parts)
end

-- publish puts a sketch that is whole in the place of the one before.
local function publish(g)
  call('RENAME', KEYS[GROWING], KEYS[SKETCH])
  room.sketched, g.lane = NOW, -1
end

-- old answers whether another sketch is due.
local function old()
  return room.stirred == 2 or room.stirred == 1 and (NOW < room.sketched or NOW - room.sketched >= SKETCH_AGE)
end

-- kept_sketch makes the next slice, if one is due, and answers the sketch that is kept. O(1,250 + log N); the first one is made at once.
local function kept_sketch()
  local g, sketch = {}, call('GET', KEYS[SKETCH])
  g.lane, g.done, g.length, g.after, g.bytes = struct.unpack(GROWTH, call('HGET', KEYS[ROOM], 'growth'))
  if not sketch or g.lane < 0 and old() then
    call('UNLINK', KEYS[GROWING])
    g.lane, g.done, g.bytes, room.stirred = 0, -1, 0, 0
  end
  if g.lane >= 0 then
    local parts = {}
    slice(g, parts, sketch and SLICE or 1000000)
    local more = table.concat(parts)
    g.bytes = g.bytes + #more
    local bytes = #more == 0 and g.bytes or call('APPEND', KEYS[GROWING], more)
    if bytes ~= g.bytes then
      g.lane = -1 -- a server that evicts has taken it
      stir(2)
    elseif g.lane == 8 then
      publish(g)
      sketch = call('GET', KEYS[SKETCH])
    end
    changed.growth = struct.pack(GROWTH, g.lane, g.done, g.length, g.after, g.bytes)
  end
  return sketch or ''
end
