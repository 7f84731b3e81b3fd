-- The segments of a lobby, the draws, and what they say about places and numbers.
--
-- ROOM holds them packed, big endian: segments, 21 bytes each: epoch (4), first (8), last (8), 1 if open; draws: opening
-- (length and text), number of places, base, frozen, spread (8 each), 1 if known, seed (32), number of segments (2), segments.
-- rules.segments and rules.draws count them, so that a room without any reads none.

local SEGMENT = '>I4I8I8B'
local DRAW = '>Bc0I8I8I8I8Bc32I2'
local segments, draws

local function parse_segments(text, from, n)
  local all = {}
  for i = 1, n do
    local epoch, first, last, open = struct.unpack(SEGMENT, text, from)
    all[i] = { epoch = epoch, first = first, last = last, open = open }
    from = from + 21
  end
  return all, from
end

local function pack_segments(all)
  local texts = {}
  for i, s in ipairs(all) do
    texts[i] = struct.pack(SEGMENT, s.epoch, s.first, s.last, s.open)
  end
  return table.concat(texts)
end

local function parse_draws(text)
  local all, from = {}, 1
  while from <= #text do
    local d, n = {}, 0
    d.opening, d.n, d.base, d.frozen, d.spread, d.known, d.seed, n, from = struct.unpack(DRAW, text, from)
    d.segments, from = parse_segments(text, from, n)
    all[#all + 1] = d
  end
  return all
end

local function pack_draws(all)
  local texts = {}
  for i, d in ipairs(all) do
    local head = struct.pack(
      DRAW, #d.opening, d.opening, d.n, d.base, d.frozen, d.spread, d.known, d.seed, #d.segments
    )
    texts[i] = table.concat({ head, pack_segments(d.segments) })
  end
  return table.concat(texts)
end

-- read_opening reads them, if there are any.
local function read_opening()
  if segments then
    return
  end
  segments, draws = {}, {}
  if rules.segments > 0 or rules.draws > 0 then
    local texts = call('HMGET', KEYS[ROOM], 'segments', 'draws')
    segments = parse_segments(texts[1], 1, rules.segments)
    draws = parse_draws(texts[2])
  end
end

-- keep_opening notes that they have changed.
local function keep_opening()
  rules.segments, rules.draws = #segments, #draws
  changed.segments, changed.draws, changed.rules = pack_segments(segments), pack_draws(draws), true
end

local function length(s)
  return (s.open == 1 or s.last < s.first) and 0 or s.last - s.first + 1
end

-- holds answers whether a ticket's number is one of a segment; an open one has no end.
local function holds(s, epoch, number)
  return epoch == s.epoch and number >= s.first and (s.open == 1 or number <= s.last)
end

local function any_holds(all, epoch, number)
  for _, s in ipairs(all) do
    if holds(s, epoch, number) then
      return true
    end
  end
  return false
end

-- in_lobby answers whether a number is one of the lobby that is open, or of a draw whose seed is not known.
local function in_lobby(epoch, number)
  read_opening()
  if any_holds(segments, epoch, number) then
    return true
  end
  for _, d in ipairs(draws) do
    if d.known == 0 and any_holds(d.segments, epoch, number) then
      return true
    end
  end
  return false
end

-- lobby_came is how many numbers the lobby has given.
local function lobby_came()
  read_opening()
  local n = 0
  for _, s in ipairs(segments) do
    n = n + (s.open == 1 and max(0, room.last - s.first + 1) or length(s))
  end
  return n
end

-- shown is the number that is shown for a head: that of the draw's place, or of the epoch; else the one before.
local function shown(order, before)
  if rules.draws > 0 then
    read_opening()
    for _, d in ipairs(draws) do
      if d.known == 1 and order >= d.base and order < d.base + d.n then
        return d.segments[1].first + order - d.base
      end
    end
  end
  local zero = order_of(room.epoch, 0)
  return order > zero and order - zero or before
end

-- raise lifts the head of a lane.
local function raise(lane, order)
  read_lanes()
  if order > lanes[lane + 1] then
    lanes[lane + 1] = order
    lanes[lane + 9] = shown(order, lanes[lane + 9])
  end
end

-- carried is the number that a later epoch goes on counting from where n may have been given.
local function carried(n)
  return n > MAX_CARRIED and 0 or n
end

-- next_epoch is the epoch after everything given so far.
local function next_epoch(epoch, highest)
  local clock = max(1, floor((NOW - EPOCH_ZERO) / 1000))
  local least = max(epoch, floor(highest / EPOCH_SPAN)) + 1
  if least > clock then
    clock = clock + floor((least - clock + EPOCH_STRIDE - 1) / EPOCH_STRIDE) * EPOCH_STRIDE
  end
  return clock
end

-- close_segment ends an open segment at the highest number that can have been given in it.
local function close_segment(s, ceiling)
  if s.open == 1 then
    s.open, s.last = 0, max(s.first - 1, ceiling)
  end
end

-- begins begins an epoch, in which numbers go on after last. An open segment of another epoch ends at its ceiling, and one of
-- this epoch follows.
local function begins(epoch, last, ceiling)
  if epoch ~= room.epoch then
    call('UNLINK', KEYS[SKETCH], KEYS[GROWING]) -- orders of another epoch say nothing about this one's numbers
  end
  room.epoch, room.last = epoch, last
  read_opening()
  local closed, open = false, false
  for _, s in ipairs(segments) do
    if s.epoch == epoch then
      open = open or s.open == 1
    else
      closed = closed or s.open == 1
      close_segment(s, ceiling(s.epoch))
    end
  end
  if closed and not open then
    segments[#segments + 1] = { epoch = epoch, first = last + 1, last = 0, open = 1 }
  end
  if closed then
    keep_opening()
  end
end
