-- Keep takes heartbeats.
--
-- ARGV:  8 beats, 29 bytes each: visitor (16), epoch (4, big endian), number (8, big endian), '1' if away or '0'
-- Reply: 'ok', now, states, then the end of each 'c' and 'i'. States, one letter an entry: w waiting, f front,
--        c called, m missed, i inside, s spent.
-- Cost:  O(n) for places known, O(n log N) for those that come back; n entries, N places.

if not load() then
  return LOST
end

local batch = ARGV[8]
local ids, states, ends = each(batch, 29), {}, {}

-- ticket is the epoch and number of an entry.
local function ticket(i)
  return struct.unpack('>I4I8', batch, i * 29 - 12)
end

local function keep(i, id)
  local name, away = set[id], string.byte(batch, i * 29) == 49
  if name == LINE or name == FRONT then
    beat(id, away and AWAY or PRESENT)
    return name == LINE and 'w' or 'f'
  elseif name == CALLS and tonumber(at[id]) > NOW then
    return 'c', tonumber(at[id])
  elseif name == MISSED and not away then
    put(id, FRONT, PRESENT, order_of(ticket(i)))
    return 'f'
  elseif name == CALLS or name == MISSED or name == LAPSED then
    return 'm'
  elseif name then
    return standing(id)
  end
  local epoch, number = ticket(i)
  return restore(id, epoch, number, away)
end

find(ids)
for i, id in ipairs(ids) do
  states[i], ends[#ends + 1] = keep(i, id)
end
flush()
save()
return { 'ok', NOW, table.concat(states), unpack(ends) }
