-- What every verb shares: the clock, the figures of the room, which of its keys there are, and sending lists.
--
-- Before this file stands what script.go makes from Go's tables: the numbers of the keys, the states of a standing and the
-- readers and writers of packed figures. The parts that a verb needs and its own file are one script.
--
-- KEYS, the same for every verb, all in one slot; a name stands for its number in KEYS:
--   ROOM      hash: figures, rules, lanes (packed doubles, see figures.go); there (one character a key: 1 it exists, 0 not);
--             server (replication id and run id); name, segments, draws, done, plan (see opening.lua); tallies (see tally.lua); document, judgement
--             (texts of the gateways); growth (see sketch.lua)
--   LINE+0..7 zset: visitor -> order, one a lane
--   SEEN      hash: visitor -> last heartbeat in ms, 0 = away, negative = given then and never heard of; + lane·2^44, with
--             the same sign
--   FRONT     zset: visitor -> order             BACK   hash: as SEEN, in lane 0
--   CALLS     zset: visitor -> time of the call
--   ASKING    zset: visitor -> first asked       ASKED  zset: visitor -> last asked
--   MISSED, LAPSED, AGAIN  zset: visitor -> time
--   SPENT     zset: visitor -> time the stay began
--   FRESH, INSIDE+0..7, SERVED  zset: visitor -> time of the last request told
--   ENDED     zset: visitor -> time·16 + reason
--   ORDERS    zset: visitor -> order of a place that has left the line   LANES  hash: of releases before, which noted its lane
--   REFS      zset: reference -> time
--   CODES     hash: see codes.lua
--   CURVES    string: see curves.lua
--   SAMPLES   hash: gateway -> tick (double) and sample                  GATEWAYS  zset: name -> last Advance
--   SKETCH, GROWING  string: see sketch.lua
--
-- ARGV, the same first two for every verb:
--   1 now in ms, or '' for the server's TIME    2 newest format of a room that the caller reads
--
-- Replies are arrays that begin with 'ok', 'lost', 'format', 'conflict', 'unknown' or 'early'. A visitor is its 16 raw bytes. Every
-- number is an integer below 2^53: exact in Lua, and exact on its way to Redis and back as long as it is handed over as a
-- number. Lua's own conversion to text keeps 14 digits only, so text is made with '%.0f'.

local UNITS = 60000000
local MAX_CALLS = 1000
local MAX_SCAN = 4096
local MAX_DUE = 16
local MAX_DRAWS = 32
local GATEWAY_LIFE = 5000
local ENDED_FOR = 2000
local MAX_ENDED = 4096
local EPOCH_ZERO = 1767225600000
local EPOCH_SPAN = 4194304
local EPOCH_STRIDE = 4096
local MAX_CARRIED = 1099511627776
local LANE_SPAN = 17592186044416 -- 2^44 ms, the year 2527
local REASONS = 16
local CHUNK = 1024 -- values handed to one command; Lua's stack takes about 8000
local NO_CODE = string.rep('\0', 16)
local LOST, NEWER = { 'lost' }, { 'format' }

local call = redis.call
local floor, max, min, abs = math.floor, math.max, math.min, math.abs
local byte, sub = string.byte, string.sub

-- above is the bound of a range of scores that are higher than n.
local function above(n)
  return string.format('(%.0f', n)
end

local function clock()
  if ARGV[1] ~= '' then
    return tonumber(ARGV[1])
  end
  local time = call('TIME')
  return tonumber(time[1]) * 1000 + floor(tonumber(time[2]) / 1000)
end

local NOW = clock()

-- The room -----------------------------------------------------------------------------------------------------

local room, rules, there -- figures that verbs change; what operators and the plan set; which keys there are
local lanes -- 8 heads, their 8 numbers and 8 turns, once read
local stored = {} -- as they were read
local changed = {} -- what else save writes, by field
local touched = {} -- keys written by this call: true if something was added last, false if something was removed

-- load reads the room. It answers why the verb cannot go on, or nil. O(1).
local function load()
  local texts = call('HMGET', KEYS[ROOM], 'figures', 'rules', 'there', 'server')
  if not texts[1] then
    return LOST
  end
  stored.figures, stored.there, stored.server, there = texts[1], texts[3], texts[4], texts[3]
  room, rules = read_figures(texts[1]), read_rules(texts[2])
  if room.format > tonumber(ARGV[2]) then
    return NEWER
  end
end

local function read_lanes()
  if not lanes then
    stored.lanes = call('HGET', KEYS[ROOM], 'lanes')
    lanes = { struct.unpack(LANES_FORMAT, stored.lanes) }
  end
end

-- has answers whether a key may exist; it does if no verb has removed it.
local function has(i)
  return touched[i] ~= nil or byte(there, i) == 49
end

local function hash(i)
  return i == SEEN or i == BACK or i == LANES or i == CODES or i == SAMPLES
end

-- size is how many entries a set has. O(1).
local function size(i)
  if not has(i) then
    return 0
  end
  return call(hash(i) and 'HLEN' or 'ZCARD', KEYS[i])
end

-- counting is how many entries a set has with a score above one, up to another. O(log N).
local function counting(i, low, high)
  if not has(i) then
    return 0
  end
  return call('ZCOUNT', KEYS[i], above(low), high)
end

-- send gives a list of any length to a command that writes, in chunks.
local function send(command, i, list)
  local n = #list
  if n == 0 then
    return
  end
  touched[i] = command == 'ZADD' or command == 'HSET'
  for from = 1, n, CHUNK do
    call(command, KEYS[i], unpack(list, from, min(from + CHUNK - 1, n)))
  end
end

-- drop removes a key.
local function drop(i)
  if has(i) then
    call('UNLINK', KEYS[i])
    touched[i] = false
  end
end

-- marks is `there` after what this call has written.
local function marks()
  local all
  for i, added in pairs(touched) do
    local mark = (added or size(i) > 0) and 49 or 48
    if byte(there, i) ~= mark then
      all = all or { byte(there, 1, -1) }
      all[i] = mark
    end
  end
  return all and string.char(unpack(all)) or there
end

-- save writes what has changed of the room. O(k) for k keys written.
local function save()
  local fields, n = {}, 0
  local function field(name, value, before)
    if value ~= before then
      fields[n + 1], fields[n + 2] = name, value
      n = n + 2
    end
  end
  field('figures', write_figures(room), stored.figures)
  field('there', marks(), stored.there)
  if lanes then
    field('lanes', struct.pack(LANES_FORMAT, unpack(lanes)), stored.lanes)
  end
  for name, value in pairs(changed) do
    field(name, name == 'rules' and write_rules(rules) or value)
  end
  if n > 0 then
    call('HSET', KEYS[ROOM], unpack(fields))
  end
end

local function order_of(epoch, number)
  return epoch * EPOCH_SPAN + number
end

-- each cuts a batch of records of one size that begin with a visitor into the visitors.
local function each(batch, length)
  local ids, n = {}, 0
  for i = 1, #batch, length do
    n = n + 1
    ids[n] = sub(batch, i, i + 15)
  end
  return ids
end

-- stir notes that the sketch is no more that of the line: 1 if places have come or gone, 2 if a figure of it may be too low, or
-- if the clock was set back, so that its age cannot be told.
local function stir(n)
  room.stirred = max(room.stirred, NOW < room.sketched and 2 or n)
end

-- add_pair puts two values at the end of a list.
local function add_pair(list, a, b)
  local n = #list
  list[n + 1], list[n + 2] = a, b
end

-- look asks one set for visitors, notes what it has of them and answers the others.
local function look(ids, i, command, into)
  if #ids == 0 or not has(i) then
    return ids
  end
  local values = call(command, KEYS[i], unpack(ids))
  local others, n = {}, 0
  for k = 1, #ids do
    local id, value = ids[k], values[k]
    if value then
      into[id] = value
    else
      n = n + 1
      others[n] = id
    end
  end
  return others
end
