-- What every verb shares: the keys, the clock, the room's figures, the bucket, and finding and moving visitors.
-- It is put before each verb's file; the two together are one script.
--
-- KEYS, the same twelve for every verb, all in one slot:
--   1 room      hash: the figures and the control document
--   2 line      zset: visitor -> order           3 seen  hash: visitor -> last heartbeat in ms, 0 = away
--   4 front     zset: visitor -> order           5 back  hash: the same as seen
--   6 calls     zset: visitor -> deadline
--   7 missed    zset: visitor -> time to forget  8 lapsed  zset: the same
--   9 inside    zset: visitor -> end of the stay
--  10 spent     zset: visitor -> time to forget 11 ended   zset: the same
--  12 gateways  zset: name -> last Advance
--
-- ARGV, the same first seven for every verb:
--   1 now in ms, or '' for the server's TIME
--   2 absent  3 claim window  4 idle  5 ticket life  6 hold  7 grace, all in ms
--
-- Replies are arrays that begin with 'ok', 'lost' or 'conflict'. A visitor is its 16 raw bytes. Every number is
-- an integer below 2^53: exact in Lua, and exact on its way to Redis and back as long as it is handed over as
-- a number. Lua's own conversion to text keeps 14 digits only, so text is made with '%.0f'.

local ROOM, LINE, SEEN, FRONT, BACK, CALLS, MISSED, LAPSED, INSIDE, SPENT, ENDED, GATEWAYS = unpack(KEYS)

local UNITS = 60000
local MAX_CALLS = 1000
local MAX_SCAN = 4096
local SKETCH_EXACT = 1000
local GATEWAY_LIFE = 5000
local ENDED_FOR = 2000
local MAX_ENDED = 4096
local MAX_CARRIED = 1099511627776
local EPOCH_ZERO = 1767225600000
local EPOCH_SPAN = 4194304
local CHUNK = 1024 -- values handed to one command; Lua's stack takes about 8000

local call = redis.call
local floor, max, min = math.floor, math.max, math.min

local function text(n)
  return string.format('%.0f', n)
end

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
local ABSENT, WINDOW, IDLE = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local LIFE, HOLD, GRACE = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local LOST = { 'lost' }
local HEARTBEATS = { [LINE] = SEEN, [FRONT] = BACK } -- sets by order keep the heartbeat in a hash beside

-- The room's figures -------------------------------------------------------------------------------------------

local FIGURES = {
  'epoch', 'last', 'head', 'number', 'credit', 'mark', 'tick', 'hold', 'born',
  'joined', 'called', 'admitted', 'finished', 'left',
  'version', 'rate', 'max_inside', 'burst', 'mode',
}
local room, loaded = {}, {}

-- load answers whether there is a room. O(1). A room of a gateway that kept no tick had its last one at its mark.
local function load()
  local values = call('HMGET', ROOM, 'server', 'keys', unpack(FIGURES))
  if not values[3] then
    return false
  end
  room.server, loaded.server = values[1], values[1]
  room.keys = tonumber(values[2])
  for i, name in ipairs(FIGURES) do
    room[name] = tonumber(values[i + 2]) or values[i + 2]
    loaded[name] = room[name]
  end
  room.tick = room.tick or room.mark
  return true
end

-- own notes that this server holds the room, and answers whether another one did. That other one may have acknowledged
-- what never came here: after a failover the room is as good as lost until a gateway restores it. A server that does not
-- tell its name holds every room.
local function own()
  local info = redis.pcall('INFO', 'server')
  local name = type(info) == 'string' and string.match(info, 'run_id:(%w+)')
  local before = room.server
  if name then
    room.server = name
  end
  return name and before and before ~= name
end

-- count answers a count, or nil if the user has no right to the command: then what it would show is not noticed.
local function count(command, keys)
  local n = redis.pcall(command, unpack(keys))
  return type(n) == 'number' and n or nil
end

-- apart answers whether a set by order and its heartbeats differ in size. O(1).
local function apart(name)
  local heard = count('HLEN', { HEARTBEATS[name] })
  return heard and heard ~= call('ZCARD', name)
end

-- torn answers whether places are without their heartbeats or the other way round, or stays without their tickets: keys
-- are gone that no script has removed. A server that evicts takes whole keys. O(1).
local function torn()
  return apart(LINE) or apart(FRONT) or call('ZCARD', INSIDE) > call('ZCARD', SPENT)
end

-- COUNTS begins the names of gateways whose scripts count the keys: see redisstore.counts.
local COUNTS = 'k:'

-- bereft answers whether a key is gone that no script has removed: the room says how many there were when a script last
-- wrote. That holds only while all gateways count; those of earlier versions do not, and are known by their names, which
-- stay until an Advance that counts, however long nobody ran. O(g) for g gateways.
local function bereft()
  local there = count('EXISTS', KEYS)
  if not room.keys or not there or there == room.keys then
    return false
  end
  for _, name in ipairs(call('ZRANGE', GATEWAYS, 0, -1)) do
    if string.sub(name, 1, #COUNTS) ~= COUNTS then
      return false
    end
  end
  return true
end

-- save writes the figures that have changed, and how many keys there are now. Without the right to count them it leaves no count, which
-- would soon be wrong. O(1).
local function save()
  local changed = {}
  local there = count('EXISTS', KEYS)
  if there and there ~= room.keys then
    changed = { 'keys', there }
  elseif room.keys and not there then
    call('HDEL', ROOM, 'keys')
  end
  if room.server and room.server ~= loaded.server then
    changed[#changed + 1] = 'server'
    changed[#changed + 1] = room.server
  end
  for _, name in ipairs(FIGURES) do
    if room[name] ~= loaded[name] then
      changed[#changed + 1] = name
      changed[#changed + 1] = room[name]
    end
  end
  if #changed > 0 then
    call('HSET', ROOM, unpack(changed))
  end
end

-- document is the control document, in the order of its columns in every reply. One that a gateway of an earlier release
-- made has no notes. O(1).
local function document()
  local texts = call('HMGET', ROOM, 'message', 'seed', 'notes')
  return room.version, room.mode, room.rate, room.max_inside, room.burst, texts[1], texts[2], texts[3] or ''
end

local function order_of(epoch, number)
  return epoch * EPOCH_SPAN + number
end

local function next_epoch(epoch, highest)
  return max(1, floor((NOW - EPOCH_ZERO) / 1000), epoch + 1, floor(highest / EPOCH_SPAN) + 1)
end

-- carry is the highest number given in a line that follows one in which n may have been given: see queue.Store.
local function carry(last, n)
  return n > MAX_CARRIED and last or max(last, n)
end

local function raise_head(order)
  if order > room.head then
    room.head = order
    if order > order_of(room.epoch, 0) then
      room.number = order - order_of(room.epoch, 0)
    end
  end
end

-- behind answers whether a gateway remembers more than this room holds. One that remembers nothing says epoch 0,
-- which no room has.
local function behind(epoch, last, head)
  return epoch > room.epoch or epoch == room.epoch and (last > room.last or head > room.head)
end

-- The bucket ---------------------------------------------------------------------------------------------------

local function fill()
  local gained = max(0, NOW - room.mark) * room.rate
  room.credit = min(room.burst * UNITS, room.credit + gained)
  room.mark = NOW
end

-- live counts the calls or stays that end after now. O(log n).
local function live(key)
  return call('ZCOUNT', key, above(NOW), '+inf')
end

-- allowance is how many places may be called now. O(log n).
local function allowance()
  if room.mode ~= 'run' or room.rate == 0 or NOW < room.hold then
    return 0
  end
  local left = floor(room.credit / UNITS)
  if room.max_inside > 0 then
    left = min(left, room.max_inside - live(INSIDE) - live(CALLS))
  end
  return max(0, left)
end

-- Visitors -----------------------------------------------------------------------------------------------------
--
-- A verb with a batch finds all its visitors first, works on these tables, and writes what has changed last. So an
-- entry sees what the entries before it did, and each set costs one command a batch. A set is named by its key.
-- Times are kept as Redis has written them and become numbers only where they are compared: most never are.

local BY_TIME = { CALLS, MISSED, LAPSED, SPENT, ENDED }
local AWAY, PRESENT = '0', text(NOW)
local FORGET = text(NOW + LIFE)

local set, at, order, stay = {}, {}, {}, {} -- where a visitor is, with its time, order and end of stay
local origin, moved = {}, {} -- the set it came from or false, once put has moved it; those, in turn
local beaten = {} -- those in line or front who gave a heartbeat

-- send gives a list of any length to a command, in chunks.
local function send(command, key, list)
  local n = #list
  for i = 1, n, CHUNK do
    call(command, key, unpack(list, i, min(i + CHUNK - 1, n)))
  end
end

-- look asks one set for visitors, notes those it holds and answers the others.
local function look(ids, name, command, key)
  if #ids == 0 then
    return ids
  end
  local values = call(command, key, unpack(ids))
  local others, n = {}, 0
  for i = 1, #ids do
    local id = ids[i]
    if values[i] then
      set[id], at[id] = name, values[i]
    else
      n = n + 1
      others[n] = id
    end
  end
  return others
end

-- find learns where the visitors of a batch are, most likely sets first. O(n), one command a set.
local function find(ids)
  local rest = look(ids, LINE, 'HMGET', SEEN)
  rest = look(rest, FRONT, 'HMGET', BACK)
  for _, name in ipairs(BY_TIME) do
    rest = look(rest, name, 'ZMSCORE', name)
  end
  local spent = {}
  for id, name in pairs(set) do
    if name == SPENT then
      spent[#spent + 1] = id
    end
  end
  if #spent > 0 then
    for i, ends in ipairs(call('ZMSCORE', INSIDE, unpack(spent))) do
      stay[spent[i]] = ends and tonumber(ends) or nil
    end
  end
end

-- put moves a visitor to a set, or changes its time there. place is its order, for the sets by order.
local function put(id, name, time, place)
  if origin[id] == nil then
    origin[id] = set[id] or false
    moved[#moved + 1] = id
  end
  set[id], at[id], order[id] = name, time, place
end

-- admit begins or extends a stay. The ticket is spent for as long as the stay lasts, at least.
local function admit(id, ends)
  stay[id] = ends
  put(id, SPENT, max(NOW + LIFE, ends))
end

-- beat notes a heartbeat of a visitor in line or front.
local function beat(id, time)
  at[id] = time
  beaten[#beaten + 1] = id
end

-- lists are lists of values for commands, one a key.
local function lists()
  return setmetatable({}, {
    __index = function(all, key)
      all[key] = {}
      return all[key]
    end,
  })
end

local function add_pair(list, a, b)
  local n = #list
  list[n + 1], list[n + 2] = a, b
end

-- sort_out turns the movements into lists for ZREM, HDEL, ZADD and HSET.
local function sort_out(gone, quiet, come, heard)
  for _, id in ipairs(moved) do
    local old, new = origin[id], set[id]
    if old and old ~= new then
      table.insert(gone[old], id)
      if HEARTBEATS[old] then
        table.insert(quiet[HEARTBEATS[old]], id)
      end
    end
    if HEARTBEATS[new] then
      add_pair(come[new], order[id], id)
      add_pair(heard[HEARTBEATS[new]], id, at[id])
    else
      add_pair(come[new], at[id], id)
    end
    if stay[id] then
      add_pair(come[INSIDE], stay[id], id)
    elseif old == SPENT then
      table.insert(gone[INSIDE], id)
    end
  end
  for _, id in ipairs(beaten) do
    add_pair(heard[HEARTBEATS[set[id]]], id, at[id])
  end
end

-- flush writes what has changed since find. O(n log N).
local function flush()
  local gone, quiet, come, heard = lists(), lists(), lists(), lists()
  sort_out(gone, quiet, come, heard)
  for _, change in ipairs({ { 'ZREM', gone }, { 'HDEL', quiet }, { 'ZADD', come }, { 'HSET', heard } }) do
    for key, list in pairs(change[2]) do
      send(change[1], key, list)
    end
  end
end

-- restore takes in an unknown visitor at the place its ticket proves, and answers the state.
local function restore(id, epoch, number, away)
  local place = order_of(epoch, number)
  if epoch == room.epoch then
    room.last = max(room.last, number)
  else
    room.last = carry(room.last, number)
  end
  if epoch < room.epoch then
    room.hold = max(room.hold, room.born + HOLD)
  elseif epoch > room.epoch then
    room.epoch, room.born = next_epoch(epoch, place), NOW
    room.hold = max(room.hold, NOW + HOLD)
  end
  if place > room.head then
    put(id, LINE, away and AWAY or PRESENT, place)
    return 'w'
  elseif away then
    put(id, MISSED, FORGET)
    return 'm'
  end
  put(id, FRONT, PRESENT, place)
  return 'f'
end

-- standing is the state of a visitor with a spent ticket, and the end of the stay if it is live.
local function standing(id)
  if stay[id] and stay[id] > NOW then
    return 'i', stay[id]
  end
  return 's'
end

-- each cuts a batch of fixed-size records that begin with a visitor into the visitors.
local function each(batch, size)
  local ids, n = {}, 0
  for i = 1, #batch, size do
    n = n + 1
    ids[n] = string.sub(batch, i, i + 15)
  end
  return ids
end

-- finish ends the tickets of a batch for good and answers how many were not ended before.
local function finish(batch)
  local ids, fresh = each(batch, 16), 0
  find(ids)
  for _, id in ipairs(ids) do
    if set[id] ~= ENDED then
      fresh = fresh + 1
    end
    stay[id] = nil
    put(id, ENDED, FORGET)
  end
  flush()
  return fresh
end
