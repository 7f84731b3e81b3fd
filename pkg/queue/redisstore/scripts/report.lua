-- Report takes outcomes.
--
-- ARGV:  3 outcomes, 37 bytes each: visitor (16), kind (1: 0 finished, 1 booked, 2 freed, 3 total), count (4), reference (16;
--        zero: none), big endian
-- Reply: 'ok'
-- Cost:  O(n log N) for n entries and N places.

local stop = load()
if stop then
  return stop
elseif own() then
  return LOST
end

local batch, refs, noted = ARGV[3], {}, {}

-- counted_once answers whether a reference is new, and notes it.
local function counted_once(ref)
  if ref == NO_CODE then
    return true
  elseif refs[ref] then
    return false
  end
  refs[ref] = true
  add_pair(noted, NOW, ref)
  return true
end

local function report(v, kind, count, ref)
  if kind == 0 then
    note_came(v, NOW)
    room.finished = room.finished + (finish(v, BY_FINISHED) and 1 or 0)
    return
  elseif not counted_once(ref) then
    return
  end
  if kind == 3 or count > 0 then
    room.reports = room.reports + 1
  end
  if kind == 1 then
    room.booked = room.booked + count
    if v.group then
      touch(v).group = SERVED
    elseif v.set ~= ENDED then
      add_pair(noted, NOW, booked_mark(v.id))
    end
  elseif kind == 2 then
    room.booked = max(0, room.booked - count)
  else
    room.booked = count
  end
end

local ids, asked = each(batch, 37), {}
find_tickets(ids)
for i = 1, #ids do
  local ref = sub(batch, i * 37 - 15, i * 37)
  if ref ~= NO_CODE then
    asked[#asked + 1] = ref
  end
end
look(asked, REFS, 'ZMSCORE', refs)
for i, id in ipairs(ids) do
  report(record(id), struct.unpack('>BI4c16', batch, i * 37 - 20))
end
send('ZADD', REFS, noted)
flush()
save_curves()
save()
return { 'ok' }
