-- Moving visitors from set to set, and writing it.

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

-- put_front puts a place to the front, which has no lanes.
local function put_front(v, order)
  take_out(v)
  v.noted = false
  v.set, v.order, v.lane, v.seen = FRONT, order, 0, seen_at(0, NOW)
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
  local was = v.was_set
  if was == LINE then
    table.insert(gone[LINE + v.was_lane], v.id)
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

-- enter_set puts a visitor into the set where it is now. A place that the floor has ended comes into none, unless by a hand-over
-- of one that is there, of which room.sunk knows.
local function enter_set(v, come)
  local now = v.set
  if now == LINE then
    add_pair(come[LINE + v.lane], v.order, v.id)
    stir(2)
  elseif now == FRONT then
    add_pair(come[FRONT], v.order, v.id)
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
  if v.began ~= v.was_began then
    if v.began then
      add_pair(come[SPENT], v.began, v.id)
    else
      table.insert(gone[SPENT], v.id)
    end
  end
  if v.was_group and v.was_group ~= v.group then
    table.insert(gone[v.was_group], v.id)
  end
  if v.group and (v.group ~= v.was_group or v.told ~= v.was_told) then
    add_pair(come[v.group], v.told, v.id)
  end
  if v.again then
    if v.again ~= v.was_again then
      add_pair(come[AGAIN], v.again, v.id)
    end
  elseif (v.was_again or v.not_again) and has(AGAIN) then
    table.insert(gone[AGAIN], v.id)
  end
end

-- note writes or forgets the order of a place that has left the line.
local function note(v, gone, come)
  if v.noted then
    add_pair(come[ORDERS], v.order, v.id)
  elseif v.noted == false and has(ORDERS) then
    table.insert(gone[ORDERS], v.id)
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
    if v.was_set ~= v.set then
      leave_set(v, gone)
      enter_set(v, come)
    end
    update_set(v, come)
    move_stay(v, gone, come)
    note(v, gone, come)
  end
  write(gone, come)
end
