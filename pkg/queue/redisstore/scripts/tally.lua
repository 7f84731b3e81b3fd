-- The tallies: the parts of what is booked that gateways have told. See queue.Tally.
--
-- ROOM's tallies: how many totals (double), then by gateway, in no order: its name (length and text), reports, booked (doubles). A room
-- in which only releases before have counted has none.

local MAX_TALLIES = 256
local TALLY = '>Bc0dd'
local tallies, totals

local function parse_tallies(text)
  local all, from = {}, 9
  while from <= #text do
    local name, t = nil, {}
    name, t.reports, t.booked, from = struct.unpack(TALLY, text, from)
    all[name] = t
  end
  return all, (struct.unpack('>d', text))
end

-- read_tallies reads them, and answers whether the room has some.
local function read_tallies()
  local text = call('HGET', KEYS[ROOM], 'tallies')
  if not tallies then
    tallies, totals = {}, 0
    if text then
      tallies, totals = parse_tallies(text)
    end
  end
  return text
end

-- forget_tallies forgets those with the fewest reports, if there are too many: what they have told stays in the rest. That of one
-- gateway stays.
local function forget_tallies(but)
  local names = {}
  for name in pairs(tallies) do
    if name ~= but then
      names[#names + 1] = name
    end
  end
  table.sort(names, function(a, b)
    local x, y = tallies[a].reports, tallies[b].reports
    return x < y or x == y and a < b
  end)
  for i = 1, #names - MAX_TALLIES + (tallies[but] and 1 or 0) do
    tallies[names[i]] = nil
  end
end

local function keep_tallies(but)
  forget_tallies(but)
  local texts = { struct.pack('>d', totals) }
  for name, t in pairs(tallies) do
    texts[#texts + 1] = struct.pack(TALLY, #name, name, t.reports, t.booked)
  end
  changed.tallies = table.concat(texts)
end

-- rest is what is booked, and was reported, beside tallies.
local function rest(booked, reports, all)
  for _, t in pairs(all) do
    booked, reports = booked - t.booked, reports - t.reports
  end
  return booked, reports
end
