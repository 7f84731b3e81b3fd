-- Upgrade takes over a room of the releases before, whose keys are others: lines and heartbeats go on as they are; what those
-- releases kept as the end of something becomes the time when it happened. The old room becomes a text, so that a gateway of such
-- a release fails at every verb, and serves as if the store were away, instead of beginning a second line.
--
-- It takes several calls, so that none stops Redis for long. The first one moves the old room's fields to ROOM, with what the rest
-- needs; without figures every verb answers that the room is lost. Each call converts some members and removes them from the
-- old set, so whoever calls next goes on where the last one was. The call that finds none left makes the room.
--
-- KEYS:  behind those of every verb OLD_ROOM, then line, seen, front, back, calls, missed, lapsed, inside, spent, ended, gateways
-- ARGV:  3 version of the old document; 4 version, 5 format, 6 the document for gateways, 7 plan, 8 what stores read of it;
--        9 curves; 10 the text for the old room. Those of the first call stand.
-- Reply: 'ok', 1 if it takes another call, else 0; 'changed' if the old room has another document by now, is no more or was
--        taken over: nothing is changed
-- Cost:  O(log N) for each member of a set, at most 2,048 a call: 9 µs each on a busy machine; O(1) for the line

local TAKING = { 'next_version', 'next_format', 'next_document', 'next_plan', 'next_numbers', 'next_curves' }

if load() ~= LOST then
  return { 'changed' }
end

-- fields are those of a hash.
local function fields(key)
  local all, values = {}, redis.pcall('HGETALL', key)
  for i = 1, #values, 2 do
    all[values[i]] = values[i + 1]
  end
  return all
end

local old = fields(KEYS[ROOM])
if not old.next_version then
  old = fields(KEYS[OLD_ROOM])
  if old.version ~= ARGV[3] then
    return { 'changed' }
  end
  call('UNLINK', unpack(KEYS, 1, GROWING))
  call('RENAME', KEYS[OLD_ROOM], KEYS[ROOM])
  for i, name in ipairs(TAKING) do
    old[name] = ARGV[i + 3]
    call('HSET', KEYS[ROOM], name, old[name])
  end
  call('SET', KEYS[OLD_ROOM], ARGV[10])
end

there, touched = string.rep('1', COUNTED), {}
rules = read_rules(NO_RULES)
read_document(old.next_numbers, rules)

local left = 2 * CHUNK -- members that may still be converted

-- convert gives members of an old set other times in one or two sets.
local function convert(from, time, i, also)
  local key = KEYS[OLD_ROOM + from]
  while left > 0 do
    local found = call('ZRANGE', key, 0, min(left, CHUNK / 2) - 1, 'WITHSCORES')
    if #found == 0 then
      return
    end
    local entries = {}
    for k = 1, #found, 2 do
      entries[k], entries[k + 1] = time(tonumber(found[k + 1])), found[k]
    end
    send('ZADD', i, entries)
    if also then
      send('ZADD', also, entries)
    end
    call('ZREMRANGEBYRANK', key, 0, #found / 2 - 1)
    left = left - #found / 2
  end
end

local function since(duration)
  return function(ends)
    return min(NOW, ends - duration)
  end
end

convert(5, since(rules.window), CALLS)
convert(6, since(rules.life), MISSED)
convert(7, since(rules.life), LAPSED, AGAIN)
convert(8, since(rules.idle), INSIDE)
convert(9, since(rules.life), SPENT)
convert(10, function(ends)
  return min(NOW, ends - rules.life) * REASONS + BY_FINISHED
end, ENDED)
if left == 0 then
  return { 'ok', 1 }
end

-- go_on lets a set of the old room go on as it is.
local function go_on(from, i)
  if call('EXISTS', KEYS[OLD_ROOM + from]) == 1 then
    call('RENAME', KEYS[OLD_ROOM + from], KEYS[i])
  end
end

-- recount notes which keys there are.
local function recount()
  there = string.rep('0', COUNTED)
  for i = 1, COUNTED do
    if i == ROOM or call('EXISTS', KEYS[i]) == 1 then
      touched[i] = true
    end
  end
end

call('UNLINK', KEYS[ROOM])
room, lanes = read_figures(NO_FIGURES), { struct.unpack(LANES_FORMAT, NO_LANES) }
for _, name in ipairs({ 'epoch', 'last', 'mark', 'hold', 'born', 'joined', 'called', 'admitted', 'finished', 'left' }) do
  room[name] = tonumber(old[name])
end
room.tick, room.given, room.format, room.stirred = tonumber(old.tick or old.mark), room.joined, 1, 1
lanes[1], lanes[9] = tonumber(old.head), tonumber(old.number)
rules.quota, rules.per, rules.share, rules.factor, rules.phase = -1, 1, 1000, 1000, PHASE_OPEN
rules.weight = { 1, 1, 1, 1, 1, 1, 1, 1 }
changed.judgement, changed.growth = '', struct.pack('>dddddd', -1, -1, 0, 0, 0, 1)
changed.name, changed.segments, changed.draws, changed.done = '', '', '', ''
if old.server then
  changed.server = table.concat({ string.rep('0', 40), old.server }) -- the replication id is not known
end
call('SET', KEYS[CURVES], old.next_curves)
take_document(tonumber(old.next_version), tonumber(old.next_format), old.next_document, old.next_plan, old.next_numbers)
room.credit, room.callcredit = 0, 0
go_on(1, LINE)
go_on(2, SEEN)
go_on(3, FRONT)
go_on(4, BACK)
call('UNLINK', unpack(KEYS, OLD_ROOM + 1, OLD_ROOM + 11))
recount()
save()
return { 'ok', 0 }
