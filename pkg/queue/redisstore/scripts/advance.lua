-- Advance applies the steps of the plan that are due, calls as many present places as the allowance, and answers the snapshot.
--
-- ARGV:  3 gateway or ''; 4 its watermark, see figures.go; 5 tick of its sample,
--        6 sample; 7 tick of the verdict, 8 factor, 9 judgement
-- Reply: see figures.lua
-- Cost:  O(log N) for each place looked at, called, let lapse or forgotten, at most 4,096 of each kind; O(320 log N) for what has
--        outlived an edge and what counts as inside; a slice of the sketch.

local stop = load()
if stop then
  return stop
end
read_lanes()
if own() or behind(read_watermark(ARGV[4])) or torn() or bereft() then
  return LOST
end

-- shift takes the first n places of a set by order out of it.
local function shift(i, ids, n)
  if n > 0 then
    call('ZREMRANGEBYRANK', KEYS[i], 0, n - 1)
    touched[i] = false
    send('HDEL', i == FRONT and BACK or SEEN, ids)
    stir(1)
  end
end

-- place puts visitors into a set by time.
local function place(i, ids, time)
  local entries = {}
  for k, id in ipairs(ids) do
    entries[2 * k - 1], entries[2 * k] = time, id
  end
  send('ZADD', i, entries)
end

-- early are the members of a set with a score of at most a bound, the lowest first.
local function early(i, bound, ...)
  return has(i) and call('ZRANGEBYSCORE', KEYS[i], '-inf', bound, ...) or {}
end

-- Who is there ---------------------------------------------------------------------------------------------------

local function note_gateway(name, tick, sample)
  if name ~= '' then
    send('ZADD', GATEWAYS, { NOW, name })
    local before = has(SAMPLES) and call('HGET', KEYS[SAMPLES], name)
    if tick > (before and struct.unpack('>d', before) or 0) then
      send('HSET', SAMPLES, { name, struct.pack('>dc0', tick, sample) })
    end
  end
  local gone = early(GATEWAYS, ago(GATEWAY_LIFE))
  send('ZREM', GATEWAYS, gone)
  if has(SAMPLES) then
    send('HDEL', SAMPLES, gone)
  end
end

local function take_verdict(tick, share, judgement)
  if tick > rules.judged then
    rules.judged, rules.factor = tick, share
    changed.rules, changed.judgement = true, judgement
  end
end

-- A hold that a clock which was wrong has left behind is cut to the longest spread of a start.
local LONGEST_HOLD = 30000

local function hold_after_silence()
  if NOW - room.tick > floor(rules.absent / 2) then
    room.hold = max(room.hold, NOW + rules.hold)
  end
  room.hold = min(room.hold, NOW + max(rules.hold, LONGEST_HOLD))
end

-- outlived notes for a curve what has passed an edge since the last Advance.
local function outlived(i)
  local ends = curve_end(i)
  if size(i) == 0 then
    return
  end
  for j = 1, BUCKETS do
    if EDGES[j] >= ends then
      return
    end
    local edge = j < BUCKETS and min(EDGES[j + 1], ends) or ends
    local n = call('ZCOUNT', KEYS[i], above_ago(edge + NOW - room.tick), ago(edge))
    if n > 0 then
      observe(i, j, 0, n)
    end
  end
end

-- Forgetting -----------------------------------------------------------------------------------------------------

-- forget drops the members of a set that are old enough, and answers them.
local function forget(i, bound)
  local ids = early(i, bound, 'LIMIT', 0, MAX_SCAN)
  if #ids > 0 then
    call('ZREMRANGEBYRANK', KEYS[i], 0, #ids - 1)
    touched[i] = false
  end
  return ids
end

-- without are the visitors that a set does not have.
local function without(ids, i)
  local others = {}
  for from = 1, #ids, CHUNK do
    for _, id in ipairs(look({ unpack(ids, from, min(from + CHUNK - 1, #ids)) }, i, hash(i) and 'HMGET' or 'ZMSCORE', {})) do
      others[#others + 1] = id
    end
  end
  return others
end

-- forget_orders drops the orders of visitors that no set has any more.
local function forget_orders(ids)
  if #ids > 0 and has(ORDERS) then
    send('ZREM', ORDERS, ids)
    if has(LANES) then
      send('HDEL', LANES, ids)
    end
  end
end

local function forget_all()
  local gone = {}
  local function add(ids)
    for _, id in ipairs(ids) do
      gone[#gone + 1] = id
    end
  end
  local aged = ago(rules.life)
  add(forget(MISSED, aged))
  add(forget(LAPSED, aged))
  local lapses = forget(AGAIN, aged)
  local spent = forget(SPENT, ago(rules.life + rules.resume))
  add(spent)
  for i = FRESH, SERVED do
    if has(i) and #spent > 0 then
      send('ZREM', i, spent)
    end
    forget(i, ago(rules.idle + rules.resume))
  end
  if has(ASKING) and #spent > 0 then
    send('ZREM', ASKING, spent)
    send('ZREM', ASKED, spent)
  end
  add(forget(ENDED, (NOW - rules.life) * REASONS + REASONS - 1))
  forget(REFS, aged)
  forget_orders(without(gone, AGAIN))
  for _, i in ipairs({ SEEN, BACK, CALLS, ASKING, MISSED, LAPSED, SPENT, ENDED }) do
    lapses = without(lapses, i)
  end
  forget_orders(lapses)
end

local function forget_draws()
  if rules.draws == 0 then
    return
  end
  read_opening()
  local kept = {}
  for _, d in ipairs(draws) do
    if d.frozen + rules.life > NOW then
      kept[#kept + 1] = d
    end
  end
  if #kept < #draws then
    draws = kept
    keep_opening()
  end
end

-- The door and the calls -----------------------------------------------------------------------------------------

-- leave_door takes those from the door who have not asked again. They are called still, as of when they asked last; a resume,
-- which is no place, just leaves.
local function leave_door()
  local found = early(ASKED, ago(rules.confirm), 'WITHSCORES', 'LIMIT', 0, MAX_SCAN)
  if #found == 0 then
    return
  end
  local ids, last, calls = {}, {}, {}
  for k = 1, #found, 2 do
    ids[#ids + 1], last[found[k]] = found[k], found[k + 1]
  end
  send('ZREM', ASKING, ids)
  send('ZREM', ASKED, ids)
  for _, id in ipairs(without(ids, SPENT)) do
    add_pair(calls, last[id], id)
  end
  send('ZADD', CALLS, calls)
end

-- lapse ends the calls that were not claimed in time. The second of one ticket ends it.
local function lapse()
  local ids = forget(CALLS, ago(rules.window))
  local first, twice, later = without(ids, AGAIN), {}, {}
  for _, id in ipairs(first) do
    later[id] = true
  end
  for _, id in ipairs(ids) do
    if not later[id] then
      twice[#twice + 1] = id
    end
  end
  place(LAPSED, first, NOW)
  place(AGAIN, first, NOW)
  send('ZREM', AGAIN, twice)
  place(ENDED, twice, NOW * REASONS + BY_TWICE)
end

-- Passing over ---------------------------------------------------------------------------------------------------

-- note_orders remembers the orders of places that have left a lane or the front. lane_of is of those that came back.
local function note_orders(ids, orders, lane_of)
  local entries, others = {}, {}
  for _, id in ipairs(ids) do
    add_pair(entries, orders[id], id)
    if lane_of(id) > 0 then
      add_pair(others, id, lane_of(id))
    end
  end
  send('ZADD', ORDERS, entries)
  send('HSET', LANES, others)
end

-- leave takes the first places of a lane or of the front, those up to a bound, out. Those that the floor has ended are forgotten,
-- unless a lapsed call of theirs is remembered; the others have missed their turn. It answers how many they were.
local function leave(i, lane, bound, n)
  local found = early(i, bound, 'WITHSCORES', 'LIMIT', 0, n)
  local ids, ended, missed, orders = {}, {}, {}, {}
  for k = 1, #found, 2 do
    local id, order = found[k], tonumber(found[k + 1])
    local to = order > rules.floor and missed or ended
    ids[#ids + 1], to[#to + 1], orders[id] = id, id, order
  end
  local lanes_of = {}
  if i == FRONT and #ids > 0 then
    look(ids, BACK, 'HMGET', lanes_of)
  end
  local function lane_of(id)
    return lanes_of[id] and floor(abs(tonumber(lanes_of[id])) / LANE_SPAN) or lane
  end
  shift(i, ids, #ids)
  place(MISSED, missed, NOW)
  note_orders(missed, orders, lane_of)
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
  note_orders(remembered, orders, lane_of)
  return #ids
end

-- pass_over takes out what the floor has ended, and passes over the places that the head has passed already: after a loss.
local function pass_over()
  local left = MAX_SCAN
  for lane = 0, 7 do
    if left > 0 and has(LINE + lane) then
      left = left - leave(LINE + lane, lane, max(rules.floor, lanes[lane + 1]), left)
    end
  end
  if rules.floor > 0 and room.sunk == 1 then
    local front = leave(FRONT, 0, rules.floor, MAX_SCAN)
    if left > 0 and front < MAX_SCAN then
      room.sunk = 0
    end
  end
end

-- Calling --------------------------------------------------------------------------------------------------------

local scan = MAX_SCAN -- places that may still be looked at
local calls, missed, orders, lane_of = {}, {}, {}, {}

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

-- take looks at the next place of a reader. It answers the place, whether it is present, and its lane.
local function take(r)
  local id = r.ids[r.at + 1]
  r.at, scan = r.at + 1, scan - 1
  local lane = floor(abs(r.seen[r.at]) / LANE_SPAN)
  lane_of[id] = lane
  if present(r.seen[r.at]) then
    return id, true, lane
  end
  missed[#missed + 1] = id
  return id, false, lane
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
    local id, there_now, lane = take(r)
    if there_now then
      r.offer = id
    else
      raise(lane, orders[id])
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
  local function lane(id)
    return lane_of[id]
  end
  place(MISSED, missed, NOW)
  place(CALLS, calls, NOW)
  note_orders(missed, orders, lane)
  note_orders(calls, orders, lane)
  room.callcredit = room.callcredit - #calls * UNITS
  room.called = room.called + #calls
end

note_gateway(ARGV[3], tonumber(ARGV[5]), ARGV[6])
fill() -- what has passed is paid at the share that was in force
take_verdict(tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9])
hold_after_silence()
read_curves()
outlived(CALLS)
for i = FRESH, SERVED do
  outlived(i)
end
room.tick = NOW
apply_steps()
forget_all()
forget_draws()
leave_door()
lapse()
pass_over()
call_next(allowance(rules.lead, max(200, chances(CALLS)[1])))
local sketch = kept_sketch()
save_curves()
save()
return snapshot(sketch)
