-- Claim turns calls into stays.
--
-- ARGV:  8 places, 28 bytes each: visitor (16), epoch (4, big endian), number (8, big endian)
-- Reply: 'ok', now, states, then the end of each 'i'. States, one letter an entry: w waiting, f front, i inside,
--        s spent.
-- Cost:  O(n log N) for n entries and N places.

if not load() then
  return LOST
end

local batch = ARGV[8]
local ids, states, ends = each(batch, 28), {}, {}

-- ticket is the epoch and number of an entry.
local function ticket(i)
  return struct.unpack('>I4I8', batch, i * 28 - 11)
end

local function claim(i, id)
  local name = set[id]
  if name == CALLS and tonumber(at[id]) > NOW then
    admit(id, NOW + IDLE)
    room.admitted = room.admitted + 1
    return 'i', stay[id]
  elseif name == CALLS or name == LAPSED or name == MISSED then
    put(id, FRONT, PRESENT, order_of(ticket(i)))
    return 'f'
  elseif name == FRONT or name == LINE then
    beat(id, PRESENT)
    return name == LINE and 'w' or 'f'
  elseif name then
    return standing(id)
  end
  local epoch, number = ticket(i)
  return restore(id, epoch, number, false)
end

find(ids)
for i, id in ipairs(ids) do
  states[i], ends[#ends + 1] = claim(i, id)
end
flush()
save()
return { 'ok', NOW, table.concat(states), unpack(ends) }
