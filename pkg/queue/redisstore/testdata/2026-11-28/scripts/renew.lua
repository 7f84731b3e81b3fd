-- Renew extends stays, known or not.
--
-- ARGV:  8 stays, 24 bytes each: visitor (16), latest end in ms or 0 (8, big endian)
-- Reply: 'ok', now, states, then the end of each 'i'. States, one letter an entry: i inside, s spent.
-- Cost:  O(n log N) for n entries and N places.

if not load() then
  return LOST
end

local function renew(id, cap)
  if set[id] == ENDED then
    return 's'
  end
  local ends = NOW + IDLE
  if cap > 0 then
    ends = min(ends, cap)
  end
  admit(id, max(ends, stay[id] or ends))
  return 'i', stay[id]
end

local batch = ARGV[8]
local ids, states, ends = each(batch, 24), {}, {}
find(ids)
for i, id in ipairs(ids) do
  local cap = struct.unpack('>I8', batch, i * 24 - 7)
  states[i], ends[#ends + 1] = renew(id, cap)
end
flush()
save()
return { 'ok', NOW, table.concat(states), unpack(ends) }
