-- Finding and moving visitors.
--
-- A verb with a batch finds all its visitors first, works on these tables, and writes what has changed last. So an entry sees
-- what the entries before it did, and each set costs one command a batch. A set is named by the number of its key, a line by
-- LINE. Places in line are the most, so one that only gives a heartbeat gets no record: heard has what SEEN holds of it.
--
-- A record has, as far as known: id; set (LINE, FRONT, CALLS, ASKING, MISSED, LAPSED, ENDED or nil); lane, order and seen (as
-- SEEN has it) of a place; at, the time in the other sets; first and last, the times asked; began, of a stay; group and told,
-- the set of the stay and its last request; again; noted, true: ORDERS has to have it, false: it must not. was_set, was_lane,
-- was_began, was_group, was_told and was_again are what is stored.

local heard, who, moved = {}, {}, {}

-- record is that of a visitor.
local function record(id)
  local v = who[id]
  if not v then
    v = { id = id }
    local seen = heard[id]
    if seen then
      seen = tonumber(seen)
      v.set, v.seen, v.lane = LINE, seen, floor(abs(seen) / LANE_SPAN)
      v.was_set, v.was_lane = LINE, v.lane
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
    v[field] = n
    if field == 'began' then
      v.was_began = n
    elseif field ~= 'last' then
      v.set, v.was_set = i, i
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
      v.group, v.told, v.was_group, v.was_told = i, n, i, n
    end
  end
end

-- find_waiting learns which visitors are in line, in front, called, missed or lapsed, and answers the others.
local function find_waiting(ids)
  ids = look(ids, SEEN, 'HMGET', heard)
  local backs = {}
  ids = look(ids, BACK, 'HMGET', backs)
  for id, value in pairs(backs) do
    local v = record(id)
    v.set, v.seen, v.lane = FRONT, tonumber(value), 0
    v.was_set = FRONT
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
    v.again, v.was_again = tonumber(value), tonumber(value)
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
    local from = not v.order and v.was_set
    if from == LINE or from == FRONT then
      local i = from == LINE and LINE + v.was_lane or FRONT
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
