-- Upgrade takes over a room of the releases before, whose keys are others: lines and heartbeats go on as they are; what those
-- releases kept as the end of something becomes the time when it happened. The old room becomes a text, so that a gateway of such
-- a release fails at every verb, and serves as if the store were away, instead of beginning a second line.
--
-- KEYS:  behind those of every verb OLD_ROOM, then line, seen, front, back, calls, missed, lapsed, inside, spent, ended, gateways
-- ARGV:  3 version of the old document; 4 version, 5 format, 6 the document for gateways, 7 plan, 8 what stores read of it;
--        9 curves; 10 the text for the old room
-- Reply: 'ok'; 'changed' if the old room has another document by now or is no more: nothing is changed
-- Cost:  O(n log n) for n open calls, stays, and tickets that are spent, ended, missed or lapsed: 9 µs each on a busy machine; O(1) for
--        the line

if load() ~= LOST then
  return { 'changed' }
end
local old = {}
local values = redis.pcall('HGETALL', KEYS[OLD_ROOM])
for i = 1, #values, 2 do
  old[values[i]] = tonumber(values[i + 1]) or values[i + 1]
end
if old.version ~= tonumber(ARGV[3]) then
  return { 'changed' }
end

call('UNLINK', unpack(KEYS, 1, GROWING))
there = string.rep('0', COUNTED)
touched[ROOM] = true
room, rules, lanes = read_figures(NO_FIGURES), read_rules(NO_RULES), { struct.unpack(LANES_FORMAT, NO_LANES) }
for _, name in ipairs({ 'epoch', 'last', 'mark', 'hold', 'born', 'joined', 'called', 'admitted', 'finished', 'left' }) do
  room[name] = old[name]
end
room.tick, room.given, room.format, room.stirred = old.tick or old.mark, old.joined, 1, 1
lanes[1], lanes[9] = old.head, old.number
rules.quota, rules.per, rules.share, rules.factor, rules.phase = -1, 1, 1000, 1000, PHASE_OPEN
rules.weight = { 1, 1, 1, 1, 1, 1, 1, 1 }
changed.judgement, changed.growth = '', struct.pack('>dddddd', -1, -1, 0, 0, 0, 1)
changed.name, changed.segments, changed.draws, changed.done = '', '', '', ''
if old.server then
  changed.server = table.concat({ string.rep('0', 40), old.server }) -- the replication id is not known
end
call('SET', KEYS[CURVES], ARGV[9])
touched[CURVES] = true
take_document(tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8])
room.credit, room.callcredit = 0, 0

-- go_on lets a set of the old room go on as it is.
local function go_on(from, i)
  if call('EXISTS', KEYS[OLD_ROOM + from]) == 1 then
    call('RENAME', KEYS[OLD_ROOM + from], KEYS[i])
    touched[i] = true
  end
end

-- convert gives the members of a set other times.
local function convert(from, i, time)
  local key = KEYS[OLD_ROOM + from]
  for at = 0, call('ZCARD', key) - 1, CHUNK / 2 do
    local found = call('ZRANGE', key, at, at + CHUNK / 2 - 1, 'WITHSCORES')
    local entries = {}
    for k = 1, #found, 2 do
      entries[k], entries[k + 1] = time(tonumber(found[k + 1])), found[k]
    end
    send('ZADD', i, entries)
  end
end

local function since(duration)
  return function(ends)
    return min(NOW, ends - duration)
  end
end

go_on(1, LINE)
go_on(2, SEEN)
go_on(3, FRONT)
go_on(4, BACK)
convert(5, CALLS, since(rules.window))
convert(6, MISSED, since(rules.life))
convert(7, LAPSED, since(rules.life))
convert(7, AGAIN, since(rules.life))
convert(8, INSIDE, since(rules.idle))
convert(9, SPENT, since(rules.life))
convert(10, ENDED, function(ends)
  return min(NOW, ends - rules.life) * REASONS + BY_FINISHED
end)
call('UNLINK', unpack(KEYS, OLD_ROOM + 1, OLD_ROOM + 11))
call('SET', KEYS[OLD_ROOM], ARGV[10])
save()
return { 'ok' }
