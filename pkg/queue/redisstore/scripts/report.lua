-- Report takes outcomes.
--
-- ARGV:  3 outcomes, 37 bytes each: visitor (16), kind (1: 0 finished, 1 booked, 2 freed, 3 total), count (4), reference (16;
--        zero: none), big endian
--        4 the gateway's name, or '', 5 how many reports it has told, as far as it knows
-- Reply: 'ok', the reports and what is booked of the gateway's tally, both of the rest, totals: 0 if all are finished; or 'lost': the
--        gateway has told more than the room knows, and nothing is changed
-- Cost:  O(n log N) for n entries and N places, and O(g) for g gateways if something was booked

local stop = load()
if stop then
  return stop
end

local batch, refs, noted, gateway = ARGV[3], {}, {}, ARGV[4]
local tally -- of the gateway

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

-- counts counts a report by which n more are booked, or fewer.
local function counts(n)
  n = max(n, -max(0, room.booked))
  room.booked, room.reports = room.booked + n, room.reports + 1
  if tally then
    tally.reports, tally.booked = tally.reports + 1, tally.booked + n
    tallies[gateway] = tally
  end
end

local function report(v, kind, count, ref)
  if kind == 0 then
    note_came(v, NOW)
    room.finished = room.finished + (finish(v, BY_FINISHED) and 1 or 0)
    return
  elseif not counted_once(ref) then
    return
  end
  if kind == 3 then
    room.booked, room.reports, totals = count, room.reports + 1, totals + 1
  elseif count > 0 then
    counts(kind == 1 and count or -count)
  end
  if kind == 1 then
    if v.group then
      touch(v).group = SERVED
    elseif v.set ~= ENDED then
      add_pair(noted, NOW, booked_mark(v.id))
    end
  end
end

-- books answers whether something else than finished is told.
local function books()
  for i = 17, #batch, 37 do
    if byte(batch, i) ~= 0 then
      return true
    end
  end
end

-- know_teller finds the gateway's tally, and answers whether the gateway has told no more than that. A room in which only releases
-- before have counted has heard of all that it tells.
local function know_teller()
  local told, known = tonumber(ARGV[5]), read_tallies()
  if gateway == '' then
    return true
  end
  tally = tallies[gateway] or { reports = known and 0 or told, booked = 0 }
  return told <= tally.reports
end

local booking = books()
if booking and not know_teller() then
  return LOST
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
local reply = { 'ok', 0, 0, 0, 0, 0 }
if booking then
  keep_tallies(gateway)
  local booked, reports = rest(room.booked, room.reports, tallies)
  reply = { 'ok', tally and tally.reports or 0, tally and tally.booked or 0, reports, booked, totals }
end
save()
return reply
