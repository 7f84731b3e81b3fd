-- Join numbers new arrivals.
--
-- ARGV:  8 visitors, 16 bytes each
-- Reply: 'ok', now, epoch, end of the stays begun, number given last before, places in line, states, then the
--        number of each 'r'. States, one letter an entry: w waiting with the next number, i inside with the next
--        number, r waiting since an earlier call, t taken.
-- Cost:  O(n log N) for n entries and N places.

if not load() or own() or torn() then
  return LOST
end
fill()
local free = 0
if call('ZCARD', LINE) == 0 and call('ZCARD', FRONT) == 0 then
  free = allowance()
end

local before, base = room.last, order_of(room.epoch, 0)
local ids = each(ARGV[8], 16)
local states, repeated = {}, {}

local function number()
  room.last = room.last + 1
  room.joined = room.joined + 1
  return order_of(room.epoch, room.last)
end

local function enter(id)
  raise_head(number())
  room.credit = room.credit - UNITS
  room.called = room.called + 1
  room.admitted = room.admitted + 1
  admit(id, NOW + IDLE)
end

local function join(id)
  if not set[id] then
    if free > 0 then
      free = free - 1
      enter(id)
      return 'i'
    end
    put(id, LINE, PRESENT, number())
    return 'w'
  end
  local place = set[id] == LINE and (order[id] or tonumber(call('ZSCORE', LINE, id)))
  if not place or place <= base then
    return 't'
  end
  beat(id, PRESENT)
  repeated[#repeated + 1] = place - base
  return 'r'
end

find(ids)
for i, id in ipairs(ids) do
  states[i] = join(id)
end
flush()
save()
return {
  'ok', NOW, room.epoch, NOW + IDLE, before, call('ZCARD', LINE), table.concat(states), unpack(repeated),
}
