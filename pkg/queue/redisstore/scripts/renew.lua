-- Renew extends stays, known or not.
--
-- ARGV:  3 stays, 32 bytes each: visitor (16), began (8), time of the request (8, big endian)
-- Reply: 'ok', now, standings, times
-- Cost:  O(n log N) for n entries and N places.

local stop = load()
if stop then
  return stop
end

local has_booked = {} -- marks of those whose stays are not known

-- request notes a request of a stay. One that is told again, or after a later one, proves nothing new, except that the cookie
-- of a fresh stay has come back.
local function request(v, time)
  if v.told and time <= v.told then
    if v.group == FRESH then
      v.group = next_group(v)
    end
    return
  end
  note_came(v, time)
  v.group, v.told = not v.group and has_booked[booked_mark(v.id)] and SERVED or next_group(v), time
end

local function renew(v, started, time)
  if v.set == ENDED then
    return spent_by(v.at % REASONS)
  end
  local began = v.began or min(started, NOW)
  if began + rules.max <= NOW then
    finish(v, BY_EXPIRED)
    return spent_by(BY_EXPIRED)
  end
  local door = v.set == ASKING and v.began
  touch(v)
  v.began = began
  request(v, min(time, NOW))
  if not (door and over(v)) then -- a stay that is resumed keeps its turn at the door
    take_out(v)
  end
  return stay_standing(v)
end

-- find_marks learns which of the stays that are not known have booked.
local function find_marks(ids)
  local asked = {}
  for _, id in ipairs(has(REFS) and ids or {}) do
    if not record(id).group then
      asked[#asked + 1] = booked_mark(id)
    end
  end
  look(asked, REFS, 'ZMSCORE', has_booked)
end

local batch = ARGV[3]
local ids, states, times = each(batch, 32), {}, {}
find_tickets(ids)
find_marks(ids)
for i, id in ipairs(ids) do
  local state, till, began = renew(record(id), struct.unpack('>I8I8', batch, i * 32 - 15))
  states[i], times[#times + 1] = state, till
  times[#times + 1] = began
end
flush()
save_curves()
save()
return { 'ok', NOW, table.concat(states), unpack(times) }
