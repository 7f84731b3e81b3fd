-- Passing over places, and calling them.

-- leave takes the first places of a lane or of the front, those up to a bound, out. Those that the floor has ended are forgotten,
-- unless a lapsed call of theirs is remembered; the others have missed their turn. It answers how many they were.
local function leave(i, bound, n)
  local found = early(i, bound, 'WITHSCORES', 'LIMIT', 0, n)
  local ids, ended, missed, orders = {}, {}, {}, {}
  for k = 1, #found, 2 do
    local id, order = found[k], tonumber(found[k + 1])
    local to = order > rules.floor and missed or ended
    ids[#ids + 1], to[#to + 1], orders[id] = id, id, order
  end
  shift(i, ids, #ids)
  place(MISSED, missed, NOW)
  note_orders(missed, orders)
  local forgotten = {}
  for _, id in ipairs(without(ended, AGAIN)) do
    forgotten[id] = true
  end
  local remembered = {}
  for _, id in ipairs(ended) do
    if not forgotten[id] then
      remembered[#remembered + 1] = id
    end
  end
  note_orders(remembered, orders)
  return #ids
end

-- pass_over takes out what the floor has ended, and passes over the places that the head has passed already: after a loss.
local function pass_over()
  local left = MAX_SCAN
  for lane = 0, 7 do
    if left > 0 and has(LINE + lane) then
      left = left - leave(LINE + lane, max(rules.floor, lanes[lane + 1]), left)
    end
  end
  if rules.floor > 0 and room.sunk == 1 then
    local front = leave(FRONT, rules.floor, MAX_SCAN)
    if left > 0 and front < MAX_SCAN then
      room.sunk = 0
    end
  end
end

local scan = MAX_SCAN -- places that may still be looked at
local calls, missed, orders = {}, {}, {}

-- reader reads the places of a lane or of the front one by one, in chunks.
local function reader(i, step)
  return { i = i, at = 0, ids = {}, seen = {}, from = 0, step = min(max(step, 2), CHUNK) }
end

-- peek is the next place of a reader, or nil.
local function peek(r)
  if not r.ids[r.at + 1] and not r.ended and has(r.i) then
    local found = call('ZRANGE', KEYS[r.i], r.from, r.from + r.step - 1, 'WITHSCORES')
    local more = {}
    for k = 1, #found, 2 do
      more[#more + 1], orders[found[k]] = found[k], tonumber(found[k + 1])
    end
    if #more > 0 then
      local seen = call('HMGET', KEYS[r.i == FRONT and BACK or SEEN], unpack(more))
      for k, id in ipairs(more) do
        r.ids[#r.ids + 1], r.seen[#r.seen + 1] = id, tonumber(seen[k] or 0)
      end
    end
    r.from, r.ended, r.step = r.from + #more, #more < r.step, min(2 * r.step, CHUNK)
  end
  return r.ids[r.at + 1]
end

-- present answers whether somebody is there who would claim a call.
local function present(seen)
  local heard_at = abs(seen) % LANE_SPAN
  if seen < 0 then
    return heard_at + rules.confirm > NOW
  end
  return heard_at > 0 and heard_at + rules.absent > NOW
end

-- take looks at the next place of a reader. It answers the place, and whether it is present.
local function take(r)
  local id = r.ids[r.at + 1]
  r.at, scan = r.at + 1, scan - 1
  if present(r.seen[r.at]) then
    return id, true
  end
  missed[#missed + 1] = id
  return id, false
end

-- next_in_front is the first place in front that is present. The absent ones before it are passed over.
local function next_in_front(r)
  while scan > 0 and peek(r) do
    local id, there_now = take(r)
    if there_now then
      return id
    end
  end
end

-- offer finds the first place of a lane that is present, unless the lane offers one. false: there are places that cannot be
-- looked at any more.
local function offer(r)
  while not r.offer and peek(r) do
    if scan == 0 then
      return false
    end
    local id, there_now = take(r)
    if there_now then
      r.offer = id
    else
      raise(r.i - LINE, orders[id])
    end
  end
  return true
end

-- next_in_lanes is the offer of the lane whose turn it is by weight.
local function next_in_lanes(readers)
  local best, sum = nil, 0
  for lane = 0, 7 do
    if not offer(readers[lane]) then
      return nil
    end
  end
  for lane = 0, 7 do
    if readers[lane].offer then
      lanes[lane + 17] = lanes[lane + 17] + rules.weight[lane + 1]
      sum = sum + rules.weight[lane + 1]
      if not best or lanes[lane + 17] > lanes[best + 17] then
        best = lane
      end
    end
  end
  if not best then
    return nil
  end
  local id = readers[best].offer
  lanes[best + 17], readers[best].offer = lanes[best + 17] - sum, nil
  raise(best, orders[id])
  return id
end

-- taken takes out what a reader has looked at, but for its offer.
local function taken(r)
  local n = r.at - (r.offer and 1 or 0)
  shift(r.i, { unpack(r.ids, 1, n) }, n)
end

-- call_next calls k places that are present: those in front first, then those of the lanes by weight.
local function call_next(k)
  if k == 0 then
    return
  end
  local front, readers = reader(FRONT, k), {}
  for lane = 0, 7 do
    readers[lane] = reader(LINE + lane, k)
  end
  while #calls < k do
    local id = next_in_front(front) or next_in_lanes(readers)
    if not id then
      break
    end
    calls[#calls + 1] = id
  end
  taken(front)
  for lane = 0, 7 do
    taken(readers[lane])
  end
  place(MISSED, missed, NOW)
  place(CALLS, calls, NOW)
  note_orders(missed, orders)
  note_orders(calls, orders)
  room.callcredit = room.callcredit - #calls * UNITS
  room.called = room.called + #calls
end
