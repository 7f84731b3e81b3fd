-- The sketches of the lanes: the orders of the first places, and those at ranks 2 % apart behind them.
--
-- A sketch costs about 2 ms at a million places. So SKETCH holds one for all gateways, finished at room.sketched, and Advance
-- makes the next in slices, at the end of GROWING, when SKETCH is old and room.stirred says that it is another by now. growth
-- says how far that has come: the lane that is looked at (-1: none); how many of its first places are done (-1: nothing), or from
-- 1,000 on the rank of the next sample; its length; the order of the last place that was looked at; bytes in GROWING; 1 if
-- nothing of SKETCH can be used. Each slice is later than the one before, so that of a place that goes on no figure is too low,
-- and none rises for it.
--
-- To read 1,000 places costs eight times as much as to see that they are those of SKETCH: as long as none came back in between
-- (stirred is 1), a part of the line that has as many places as before is what it was.
--
-- The text begins with a line that has the order of the highest number given, and has three a lane with places: lane, places
-- and the same order; the orders of the first places; the orders at the ranks. One long string is read several times faster than 1,300 short ones.

local SKETCH_EXACT = 1000
local SKETCH_AGE = 500
local SAMPLE_COST = 4 -- a sample costs as much as so many places
local SLICE = 1250 -- places that Advance looks at a tick, however many gateways call it; at least LEAST a call
local LEAST = 250
local TICK = 250 -- ms
local PART = 32 -- places that are read again if one of them is gone
local GROWTH = '>dddddd'

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

-- last_order is the order at the end of a text of orders, each with a blank behind it; nil: there is none, or it is not written
-- in digits.
local function last_order(text)
  return string.match(sub(text, -18), '(%d+) $')
end

-- first_before is what a sketch has of the first places of a lane: their orders, each with a blank behind it. If there are higher
-- ones than that of the highest number that was given then, newcomers may stand before them, and nothing of it is used.
local function first_before(text, lane)
  local from = string.find(text, '\n', 1, true) + 1
  while from <= #text do
    local head = string.find(text, '\n', from, true)
    local first = string.find(text, '\n', head + 1, true)
    if byte(text, from) == 48 + lane then
      local orders, highest = sub(text, head + 1, first - 1), string.match(sub(text, from, head - 1), '(%d+)$')
      local last = last_order(orders)
      return highest and last and tonumber(last) <= tonumber(highest) and orders or ''
    end
    from = string.find(text, '\n', first + 1, true) + 1
  end
  return ''
end

-- write_orders writes those of places as a command answers them. It answers how many they are.
local function write_orders(parts, found)
  local orders = {}
  for i = 2, #found, 2 do
    orders[i / 2] = found[i]
  end
  if #orders > 0 then
    orders[#orders + 1] = ''
    parts[#parts + 1] = table.concat(orders, ' ')
  end
  return #found / 2
end

-- write_part writes the orders that are left of n in a text, each of a width. It answers how many those are, and the cost.
local function write_part(key, parts, text, width, n)
  local first, last = sub(text, 1, width - 1), sub(text, -width, -2)
  if call('ZCOUNT', key, first, last) == n then
    parts[#parts + 1] = text
    return n, 1
  elseif n <= PART then
    return write_orders(parts, call('ZRANGEBYSCORE', key, first, last, 'WITHSCORES')), n + 1
  end
  local half = floor(n / 2)
  local some, cost = write_part(key, parts, sub(text, 1, half * width), width, half)
  local more, again = write_part(key, parts, sub(text, half * width + 1), width, n - half)
  return some + more, cost + again + 1
end

-- keep_first writes what is left of the first places of the sketch before, where all their orders have as many digits, as those
-- between the first and the last have if these two do. It answers what that has cost.
local function keep_first(g, parts, text)
  local key, last = KEYS[LINE + g.lane], last_order(text)
  local first = call('ZRANGEBYSCORE', key, above(g.after), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
  if not first or not last or #first ~= #last then
    return 1
  end
  local width, from = #first + 1, 1
  if sub(text, 1, width) ~= string.format('%s ', first) then
    local blank = string.find(text, string.format(' %s ', first), 1, true)
    if not blank then
      return 1
    end
    from = blank + 1
  end
  local cost
  g.done, cost = write_part(key, parts, sub(text, from), width, (#text - from + 1) / width)
  g.after = tonumber(last)
  return cost
end

-- look_at_first writes the orders of some of the first places.
local function look_at_first(g, parts, n, before)
  local cost = 0
  if g.done == 0 and g.whole == 0 then
    cost = keep_first(g, parts, first_before(before, g.lane))
  end
  n = min(n, SKETCH_EXACT - g.done)
  local found = {}
  if n > 0 then
    found = call('ZRANGEBYSCORE', KEYS[LINE + g.lane], above(g.after), '+inf', 'WITHSCORES', 'LIMIT', 0, n)
    g.done = g.done + write_orders(parts, found)
    g.after = tonumber(found[#found]) or g.after
  end
  if #found < 2 * n or g.done == SKETCH_EXACT then
    parts[#parts + 1], g.done = '\n', SKETCH_EXACT
  end
  return max(1, cost + #found / 2)
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
local function slice(g, parts, budget, before)
  while budget > 0 and g.lane < 8 do
    if g.done < 0 then
      budget = budget - begin_lane(g, parts)
    elseif g.done < SKETCH_EXACT then
      budget = budget - look_at_first(g, parts, budget, before)
    else
      budget = budget - look_at_ranks(g, parts, floor((budget + SAMPLE_COST - 1) / SAMPLE_COST))
    end
  end
end

-- fresh_sketch is one of this moment.
local function fresh_sketch()
  local g, parts = { lane = 0, done = -1, whole = 1 }, {}
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

-- kept_sketch makes the next slice, if one is due, and answers the sketch that is kept. since is the time since the last Advance.
-- O(1,250 + log N); the first one is made at once.
local function kept_sketch(since)
  local g, sketch = {}, call('GET', KEYS[SKETCH])
  g.lane, g.done, g.length, g.after, g.bytes, g.whole = struct.unpack(GROWTH, call('HGET', KEYS[ROOM], 'growth'))
  if not sketch or g.lane < 0 and old() then
    call('UNLINK', KEYS[GROWING])
    g.lane, g.done, g.bytes, g.whole = 0, -1, 0, (not sketch or room.stirred == 2) and 1 or 0
    room.stirred = 0
  end
  if g.lane >= 0 then
    local parts = {}
    slice(g, parts, sketch and min(SLICE, max(LEAST, floor(SLICE * since / TICK))) or 1000000, sketch)
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
    changed.growth = struct.pack(GROWTH, g.lane, g.done, g.length, g.after, g.bytes, g.whole)
  end
  return sketch or ''
end
