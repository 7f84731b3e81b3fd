-- Bringing a room and a watermark together.
--
-- ARGV, the same for Restore and what it is tested by: 3 watermark (see figures.go); of its opening record 4 name, 5 number of
-- segments, 6 segments, 7 draws, 8 done, packed as in ROOM; 9 curves, as in CURVES; of its document 10 version, 11 format, 12 the
-- document for gateways, 13 plan, 14 what stores read of it, 15 the text for the old room, 16 tallies, as in ROOM

local OPENING = { 'cursor', 'phase', 'quota', 'per', 'standby', 'share', 'weight', 'planned' }

-- unite_done takes the higher rank of each opening.
local function unite_done(mine, theirs)
  for name, d in pairs(theirs) do
    local have = mine[name]
    if not have or d.rank > have.rank or d.rank == have.rank and d.cursor > have.cursor then
      mine[name] = d
    end
  end
  return mine
end

-- unite_segments brings the segments of one lobby together that two records know. Closed is newer than open: the epoch is over.
local function unite_segments(mine, theirs)
  local by_epoch, epochs, all = {}, {}, {}
  for _, list in ipairs({ mine, theirs }) do
    for _, s in ipairs(list) do
      local have = by_epoch[s.epoch]
      if have then
        have.first, have.last = min(have.first, s.first), max(have.last, s.last)
        have.open = min(have.open, s.open)
      else
        by_epoch[s.epoch], epochs[#epochs + 1] = s, s.epoch
      end
    end
  end
  table.sort(epochs)
  for i, epoch in ipairs(epochs) do
    all[i] = by_epoch[epoch]
  end
  return all
end

-- insert_draw takes one draw into a list. Of two of one opening that which is known stands, else the earlier one.
local function insert_draw(all, d)
  for i, have in ipairs(all) do
    if have.opening == d.opening then
      if d.known > have.known or d.known == have.known and d.frozen < have.frozen then
        all[i] = d
      end
      return
    end
  end
  all[#all + 1] = d
end

-- unite_draws brings two lists together, the earliest frozen first, and keeps the latest.
local function unite_draws(mine, theirs)
  local all, kept = {}, {}
  for _, list in ipairs({ mine, theirs }) do
    for _, d in ipairs(list) do
      insert_draw(all, d)
    end
  end
  for i, d in ipairs(all) do
    d.position = i
  end
  table.sort(all, function(a, b)
    if a.frozen ~= b.frozen then
      return a.frozen < b.frozen
    end
    return a.position < b.position
  end)
  for i = max(1, #all - MAX_DRAWS + 1), #all do
    kept[#kept + 1] = all[i]
  end
  return kept
end

-- opened opens an opening whose record waits for a seed that is known by now.
local function opened(name)
  for _, d in ipairs(draws) do
    if d.known == 1 and rules.phase == PHASE_DRAWING and d.opening == name then
      rules.phase = PHASE_OPEN
      room.hold = max(room.hold, NOW + d.spread)
    end
  end
end

-- unite_booked brings what two records know to be booked together: by gateway the tally with more reports, and the rest of the record
-- that stands; of equal ones that with more totals, then with more reports. Reports never falls. In a room without tallies, as releases
-- before make them and one that begins, what is booked is that of one record, and the tallies are in it.
local function unite_booked(m)
  local known, theirs, their_totals = read_tallies(), parse_tallies(ARGV[16])
  if not known then
    tallies, totals = theirs, their_totals
    if m.cursor > rules.cursor or m.cursor == rules.cursor and m.reports > room.reports then
      room.booked, room.reports = m.booked, max(room.reports, m.reports)
    end
    return keep_tallies('')
  end
  local booked, reports = rest(room.booked, room.reports, tallies)
  local its_booked, its_reports = rest(m.booked, m.reports, theirs)
  local newer = their_totals > totals or their_totals == totals and its_reports > reports
  if m.cursor > rules.cursor or m.cursor == rules.cursor and newer then
    booked, reports, totals = its_booked, its_reports, their_totals
  end
  for name, t in pairs(theirs) do
    if not tallies[name] or t.reports > tallies[name].reports then
      tallies[name] = t
    end
  end
  for _, t in pairs(tallies) do
    booked, reports = booked + t.booked, reports + t.reports
  end
  room.booked, room.reports = booked, max(room.reports, reports)
  keep_tallies('')
end

-- unite brings the opening records together: the one with the higher cursor stands whole, but for the tallies.
local function unite(m)
  local theirs, name = parse_segments(ARGV[6], 1, tonumber(ARGV[5])), call('HGET', KEYS[ROOM], 'name') or ''
  local plan = changed.plan or call('HGET', KEYS[ROOM], 'plan') or ''
  local mine, before = parse_done(call('HGET', KEYS[ROOM], 'done') or ''), rules.floor
  read_opening()
  unite_booked(m)
  if m.cursor > rules.cursor then
    for _, field in ipairs(OPENING) do
      rules[field] = m[field]
    end
    segments, name = theirs, ARGV[4]
  elseif m.cursor == rules.cursor then
    rules.planned = max(rules.planned, m.planned)
    if rules.phase == PHASE_LOBBY and m.phase == PHASE_LOBBY and name == ARGV[4] then
      segments = unite_segments(segments, theirs)
    end
  end
  rules.floor, rules.mapping = max(before, m.floor), max(rules.mapping, m.mapping)
  if rules.floor > before then
    room.sunk = 1
  end
  done = unite_done(mine, parse_done(ARGV[8]))
  forget_done(parse_plan(plan))
  draws = unite_draws(draws, parse_draws(ARGV[7]))
  room.hold = max(room.hold, m.hold)
  opened(name)
  rules.due = 0
  changed.name, changed.done = name, pack_done(done)
  keep_opening()
end

-- take_heads takes the heads that are higher.
local function take_heads(m)
  for lane = 1, 8 do
    if m.head[lane] > lanes[lane] then
      lanes[lane], lanes[lane + 8] = m.head[lane], m.number[lane]
    end
  end
end

-- begin_after begins an epoch later than all that the room and the watermark know.
local function begin_after(m)
  local highest = max(order_of(room.epoch, room.last), order_of(m.epoch, m.ceiling), rules.floor)
  for lane = 1, 8 do
    highest = max(highest, lanes[lane], m.head[lane])
  end
  for _, d in ipairs(draws) do
    highest = max(highest, d.base + d.n - 1)
  end
  take_heads(m)
  local mine, last = room.epoch, room.last
  local ceiling = carried(m.ceiling)
  begins(next_epoch(max(mine, m.epoch), highest), max(carried(last), ceiling), function(epoch)
    return max(epoch == mine and last or 0, epoch == m.epoch and ceiling or 0)
  end)
  keep_opening()
end

-- learn_earlier takes from the watermark of an earlier epoch what the room may lack.
local function learn_earlier(m)
  take_heads(m)
  local ceiling = carried(m.ceiling)
  for _, s in ipairs(segments) do
    if s.epoch == m.epoch and s.open == 0 then
      s.last = max(s.last, ceiling)
    end
  end
  begins(room.epoch, max(room.last, ceiling), function()
    return ceiling
  end)
  keep_opening()
end

-- take_theirs puts the watermark's document in force.
local function take_theirs()
  take_document(tonumber(ARGV[10]), tonumber(ARGV[11]), ARGV[12], ARGV[13], ARGV[14])
end
