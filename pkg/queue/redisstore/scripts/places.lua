-- Finding and moving visitors.
--
-- A verb with a batch finds all its visitors first, works on these tables, and writes what has changed last. So an entry sees
-- what the entries before it did, and each set costs one command a batch. A set is named by the number of its key, a line by
-- LINE. Places in line are the most, so one that only gives a heartbeat gets no record: heard has what SEEN holds of it.
--
-- A record has, as far as known: id; set (LINE, FRONT, CALLS, ASKING, MISSED, LAPSED, ENDED or nil); lane, order and seen (as
-- SEEN has it) of a place; at, the time in the other sets; first and last, the times asked; began, of a stay; group and told,
-- the set of the stay and its last request; again; noted, true: ORDERS has to have it, false: it must not. was is the record
-- as it is stored.

local heard, who, moved = {}, {}, {}

-- record is that of a visitor.
local function record(id)
  local v = who[id]
  if not v then
    v = { id = id, was = {} }
    local seen = heard[id]
    if seen then
      seen = tonumber(seen)
      v.set, v.seen, v.lane = LINE, seen, floor(abs(seen) / LANE_SPAN)
      v.was = { set = LINE, seen = seen, lane = v.lane }
    end
    who[id] = v
  end
  return v
end

-- touch answers the record of a visitor that will be changed.
local function touch(v)
  if not v.moved then
    v.moved = true
    moved[#moved + 1] = v
  end
  return v
end

-- meet makes records of the visitors that one set has, and answers the others.
local function meet(ids, i, field)
  local found = {}
  local others = look(ids, i, 'ZMSCORE', found)
  for id, value in pairs(found) do
    local v, n = record(id), tonumber(value)
    v[field], v.was[field] = n, n
    if field ~= 'began' and field ~= 'last' then
      v.set, v.was.set = i, i
    end
  end
  return others
end

-- filter is the visitors whose record has a field.
local function filter(field, value)
  local ids = {}
  for id, v in pairs(who) do
    if v[field] and (value == nil or v[field] == value) then
      ids[#ids + 1] = id
    end
  end
  return ids
end

-- find_stays learns what was told of the stays that are known.
local function find_stays()
  local ids = filter('began')
  for i = SERVED, FRESH, -1 do
    local found = {}
    ids = look(ids, i, 'ZMSCORE', found)
    for id, value in pairs(found) do
      local v, n = who[id], tonumber(value)
      v.group, v.told, v.was.group, v.was.told = i, n, i, n
    end
  end
end

-- find_waiting learns which visitors are in line, in front, called, missed or lapsed, and answers the others.
local function find_waiting(ids)
  ids = look(ids, SEEN, 'HMGET', heard)
  local backs = {}
  ids = look(ids, BACK, 'HMGET', backs)
  for id, value in pairs(backs) do
    local v, n = record(id), tonumber(value)
    v.set, v.seen, v.lane = FRONT, n, floor(abs(n) / LANE_SPAN)
    v.was.set, v.was.seen, v.was.lane = FRONT, n, v.lane
  end
  ids = meet(ids, CALLS, 'at')
  ids = meet(ids, MISSED, 'at')
  return meet(ids, LAPSED, 'at')
end

-- find_door learns which visitors ask at the door, and answers the others.
local function find_door(ids)
  ids = meet(ids, ASKING, 'first')
  local asking = filter('first')
  if #asking > 0 then
    meet(asking, ASKED, 'last')
  end
  return ids, asking
end

-- find learns where the visitors of a batch are, most likely sets first. O(n), one command a set. It answers those that no set
-- has.
local function find(ids)
  local asking
  ids = find_waiting(ids)
  ids, asking = find_door(ids)
  if #asking > 0 then
    meet(asking, SPENT, 'began')
  end
  ids = meet(ids, SPENT, 'began')
  ids = meet(ids, ENDED, 'at')
  find_stays()
  return ids
end

-- find_again learns of which visitors, that are found, a call has lapsed before.
local function find_again(ids)
  local found = {}
  look(ids, AGAIN, 'ZMSCORE', found)
  for id, value in pairs(found) do
    local v = record(id)
    v.again, v.was.again = tonumber(value), tonumber(value)
  end
end

-- known_again learns it of those that no set has, and of those in front or on the way there: pages say so.
local function known_again(ids)
  if has(AGAIN) then
    for id, v in pairs(who) do
      if v.set == FRONT or v.set == CALLS or v.set == MISSED or v.set == LAPSED then
        ids[#ids + 1] = id
      end
    end
    find_again(ids)
  end
end

-- seen_at is what SEEN and BACK hold of a heartbeat in a lane; 0: away.
local function seen_at(lane, time)
  return lane * LANE_SPAN + time
end

-- learn_orders reads the orders of those in line or in front whose order is not known and is needed.
local function learn_orders(list)
  local wanted = {}
  for _, v in ipairs(list) do
    local from = not v.order and v.was.set
    if from == LINE or from == FRONT then
      local i = from == LINE and LINE + v.was.lane or FRONT
      wanted[i] = wanted[i] or {}
      table.insert(wanted[i], v)
    end
  end
  for i, places in pairs(wanted) do
    local ids = {}
    for k, v in ipairs(places) do
      ids[k] = v.id
    end
    for k, order in ipairs(call('ZMSCORE', KEYS[i], unpack(ids))) do
      places[k].order = tonumber(order)
    end
  end
end

-- take_out removes a visitor from the sets of those who wait, and from the door. Its order is remembered.
local function take_out(v)
  touch(v)
  if v.set == LINE or v.set == FRONT then
    v.noted = true
  end
  v.set = nil
end

-- finish ends a ticket for good. It answers whether it was not ended before; if it was, the first reason stays.
local function finish(v, why)
  local before = v.set == ENDED
  if before then
    why = v.at % REASONS
  end
  take_out(v)
  v.began, v.group, v.told, v.again = nil, nil, nil, nil
  v.not_again = true
  v.set, v.at = ENDED, NOW * REASONS + why
  return not before
end

-- put_front puts a place to the front.
local function put_front(v, order, lane)
  take_out(v)
  v.noted = false
  v.set, v.order, v.lane, v.seen = FRONT, order, lane, seen_at(lane, NOW)
end

-- lists are lists of values for commands, one a key.
local function lists()
  return setmetatable({}, {
    __index = function(all, key)
      all[key] = {}
      return all[key]
    end,
  })
end

-- leave_set takes a visitor out of the set where it is stored.
local function leave_set(v, gone)
  local was = v.was.set
  if was == LINE then
    table.insert(gone[LINE + v.was.lane], v.id)
    table.insert(gone[SEEN], v.id)
    stir(1)
  elseif was then
    table.insert(gone[was], v.id)
    if was == FRONT then
      table.insert(gone[BACK], v.id)
    elseif was == ASKING then
      table.insert(gone[ASKED], v.id)
    end
  end
end

-- enter_set puts a visitor into the set where it is now.
local function enter_set(v, come)
  local now = v.set
  if now == LINE then
    add_pair(come[LINE + v.lane], v.order, v.id)
    stir(2)
  elseif now == FRONT then
    add_pair(come[FRONT], v.order, v.id)
  end
  if (now == LINE or now == FRONT) and v.order <= rules.floor then
    room.sunk = 1
  end
end

-- update_set writes what changes without a change of set.
local function update_set(v, come)
  local now = v.set
  if now == LINE then
    add_pair(come[SEEN], v.id, v.seen)
  elseif now == FRONT then
    add_pair(come[BACK], v.id, v.seen)
  elseif now == ASKING then
    add_pair(come[ASKING], v.first, v.id)
    add_pair(come[ASKED], v.last, v.id)
  elseif now then
    add_pair(come[now], v.at, v.id)
  end
end

-- move_stay writes where a stay is.
local function move_stay(v, gone, come)
  local was = v.was
  if v.began ~= was.began then
    if v.began then
      add_pair(come[SPENT], v.began, v.id)
    else
      table.insert(gone[SPENT], v.id)
    end
  end
  if was.group and was.group ~= v.group then
    table.insert(gone[was.group], v.id)
  end
  if v.group and (v.group ~= was.group or v.told ~= was.told) then
    add_pair(come[v.group], v.told, v.id)
  end
  if v.again then
    if v.again ~= was.again then
      add_pair(come[AGAIN], v.again, v.id)
    end
  elseif (was.again or v.not_again) and has(AGAIN) then
    table.insert(gone[AGAIN], v.id)
  end
end

-- note writes or forgets the order of a place that has left the line.
local function note(v, gone, come)
  if v.noted then
    add_pair(come[ORDERS], v.order, v.id)
    if v.lane > 0 then
      add_pair(come[LANES], v.id, v.lane)
    end
  elseif v.noted == false and has(ORDERS) then
    table.insert(gone[ORDERS], v.id)
    if has(LANES) then
      table.insert(gone[LANES], v.id)
    end
  end
end

-- write sends what sort_out has collected.
local function write(gone, come)
  for i, list in pairs(gone) do
    send(hash(i) and 'HDEL' or 'ZREM', i, list)
  end
  for i, list in pairs(come) do
    send(hash(i) and 'HSET' or 'ZADD', i, list)
  end
end

-- flush writes what has changed since find. O(n log N).
local function flush()
  local gone, come, unknown = lists(), lists(), {}
  for _, v in ipairs(moved) do
    if v.noted then
      unknown[#unknown + 1] = v
    end
  end
  learn_orders(unknown)
  for _, v in ipairs(moved) do
    if v.was.set ~= v.set then
      leave_set(v, gone)
      enter_set(v, come)
    end
    update_set(v, come)
    move_stay(v, gone, come)
    note(v, gone, come)
  end
  write(gone, come)
end
