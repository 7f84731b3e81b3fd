-- The plan: which step has taken effect, and the effects.
--
-- ROOM has plan, the steps in the order in which they take effect: time (8), opening (length and text), rank (1), phase (1),
-- what it sets (1: 1 draw, 2 quota, 4 reset, 8 share, 16 floor, 32 weights), quota (double), per and standby (8 each), share (2),
-- eight weights (2 each), position in the document (2); and done, by opening: its name (length and text), rank (1), cursor (8).
-- rules.due is when the next step is due, so that the plan is read only then.

local STEP = '>I8Bc0BBBdI8I8I2I2I2I2I2I2I2I2I2I2'
local DONE = '>Bc0BI8'
local NEVER = 9007199254740991
local OLD_OPENINGS = 64
local SETS = { draw = 1, quota = 2, reset = 4, share = 8, floor = 16, weights = 32 }
local done

local function parse_plan(text)
  local steps, from = {}, 1
  while from <= #text do
    local s, w = {}, {}
    local _
    s.at, s.opening, s.rank, s.phase, s.sets, s.quota, s.per, s.standby, s.share, w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], _, from =
      struct.unpack(STEP, text, from)
    s.weights = w
    steps[#steps + 1] = s
  end
  return steps
end

local function sets(s, what)
  return floor(s.sets / SETS[what]) % 2 == 1
end

local function parse_done(text)
  local all, from = {}, 1
  while from <= #text do
    local name, d = nil, {}
    name, d.rank, d.cursor, from = struct.unpack(DONE, text, from)
    all[name] = d
  end
  return all
end

-- names_of are the openings of a table in the order of their bytes.
local function names_of(all)
  local names = {}
  for name in pairs(all) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function pack_done(all)
  local texts = {}
  for i, name in ipairs(names_of(all)) do
    texts[i] = struct.pack(DONE, #name, name, all[name].rank, all[name].cursor)
  end
  return table.concat(texts)
end

-- forget_done forgets the openings that are not in the plan, but for the latest.
local function forget_done(steps)
  local planned, old = {}, {}
  for _, s in ipairs(steps) do
    planned[s.opening] = true
  end
  for _, name in ipairs(names_of(done)) do
    if not planned[name] then
      old[#old + 1] = name
    end
  end
  table.sort(old, function(a, b)
    if done[a].cursor ~= done[b].cursor then
      return done[a].cursor > done[b].cursor
    end
    return a < b
  end)
  for i = OLD_OPENINGS + 1, #old do
    done[old[i]] = nil
  end
end

-- spread is how long the pages of a lobby take to ask. Pages do not know of a start that was brought forward.
local function spread(s, n)
  if s.at < rules.planned + rules.hold then
    return rules.hold
  end
  return min(30000, 2000 + floor(n / 20))
end

-- freeze closes a lobby: its places are drawn, or stand in the order of arrival.
local function freeze(s)
  local n = 0
  for _, one in ipairs(segments) do
    close_segment(one, room.last)
    n = n + length(one)
  end
  local frozen, first, wait = segments, segments[1], spread(s, n)
  segments = {}
  if not sets(s, 'draw') or n < 2 then
    rules.phase = PHASE_OPEN
    room.hold = max(room.hold, NOW + wait)
    return
  end
  table.insert(draws, {
    opening = s.opening, segments = frozen, n = n, base = order_of(first.epoch, first.first), frozen = NOW, spread = wait,
    known = 0, seed = string.rep('\0', 32),
  })
  if #draws > MAX_DRAWS then
    table.remove(draws, 1)
  end
  room.last = max(room.last, first.first + n - 1)
  stir(1)
  rules.phase = PHASE_DRAWING
end

-- enter_phase puts the phase of a step in force. name is the opening that the phase before belongs to.
local function enter_phase(s, name)
  if s.phase == PHASE_LOBBY then
    segments = { { epoch = room.epoch, first = room.last + 1, last = 0, open = 1 } }
  elseif s.phase == PHASE_OPEN and rules.phase == PHASE_LOBBY then
    freeze(s)
    return s.opening
  elseif s.phase == PHASE_OPEN and rules.phase == PHASE_DRAWING and name == s.opening then
    return name -- Reveal opens
  else
    segments = {}
  end
  rules.phase = s.phase
  return s.opening
end

-- apply is the effect of one step. It answers the opening that the phase belongs to.
local function apply(s, steps, name)
  rules.cursor = rules.cursor + 1
  done[s.opening] = { rank = s.rank, cursor = rules.cursor }
  forget_done(steps)
  if sets(s, 'floor') and s.at >= room.made then
    rules.floor = max(rules.floor, order_of(room.epoch, room.last))
    segments, room.sunk = {}, 1
    stir(2)
  end
  if sets(s, 'quota') then
    rules.quota, rules.per, rules.standby = s.quota, max(1, s.per), s.standby
  end
  if sets(s, 'reset') then
    room.booked = 0
    drop(CODES)
  end
  if sets(s, 'share') then
    rules.share = s.share
  end
  if sets(s, 'weights') then
    rules.weight = s.weights
  end
  return enter_phase(s, name)
end

-- apply_steps applies the steps of the plan that are due, each once, and none while other gateways may remember more. O(1) as
-- long as none is due, else O(s) for a plan of s steps.
local function apply_steps()
  if NOW < rules.due or NOW < room.hold then
    return
  end
  local texts = call('HMGET', KEYS[ROOM], 'plan', 'done', 'name')
  local steps, name, applied, waits = parse_plan(texts[1]), texts[3], 0, false
  done, rules.due = parse_done(texts[2]), NEVER
  read_opening()
  for _, s in ipairs(steps) do
    local reached = done[s.opening]
    waits = waits or s.at > NOW or applied == MAX_DUE
    if s.rank > (reached and reached.rank or 0) then
      if waits then
        rules.due = s.at
        break
      end
      name, applied = apply(s, steps, name), applied + 1
      waits = NOW < room.hold -- a start holds the line, and so the steps behind it
    end
  end
  changed.rules = true
  if applied > 0 then
    changed.done, changed.name = pack_done(done), name
    keep_opening()
  end
end
