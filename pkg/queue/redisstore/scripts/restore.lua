-- Restore makes a room, or raises one to what a gateway remembers. No step is applied.
--
-- KEYS:  behind those of every verb the keys of a room of the releases before, see upgrade.lua
-- ARGV:  see unite.lua
-- Reply: 'ok'; or 'old', then the fields and values of a room of the releases before that is not taken over, or not yet whole:
--        nothing is changed, see upgrade.lua
-- Cost:  O(s) for documents and records of s steps; O(N) in the background if a room without figures has sets left

local stop = load()
if stop == NEWER then
  return stop
end
local m = read_watermark(ARGV[3])

-- recount finds out which keys there are.
local function recount()
  local all = {}
  for i = 1, COUNTED do
    all[i] = (i == ROOM or redis.call('EXISTS', KEYS[i]) == 1) and 49 or 48
  end
  there, touched = string.char(unpack(all)), {}
end

-- heal drops what is left of keys that belong together. The places and stays come back with their tickets and passes.
local function heal()
  local places, stays = 0, 0
  recount()
  for i = LINE, LINE + 7 do
    places = places + size(i)
  end
  for i = FRESH, SERVED do
    stays = stays + size(i)
  end
  if places ~= size(SEEN) then
    for i = LINE, SEEN do
      drop(i)
    end
  end
  if size(FRONT) ~= size(BACK) then
    drop(FRONT)
    drop(BACK)
  end
  if size(ASKING) ~= size(ASKED) then
    drop(ASKING)
    drop(ASKED)
  end
  if stays > size(SPENT) then
    for i = FRESH, SERVED do
      drop(i)
    end
  end
  if not has(CURVES) then
    call('SET', KEYS[CURVES], ARGV[9])
  end
  recount()
end

-- begin makes a room. Sets without a room are what an eviction or a careless hand has left over: it begins empty.
local function begin()
  call('UNLINK', unpack(KEYS, 1, GROWING))
  there = string.rep('0', COUNTED)
  touched[ROOM] = true
  room, rules, lanes = read_figures(NO_FIGURES), read_rules(NO_RULES), { struct.unpack(LANES_FORMAT, NO_LANES) }
  room.format, room.mark, room.tick, room.born = 1, NOW, NOW, NOW
  rules.quota, rules.per, rules.share, rules.factor, rules.phase = -1, 1, 1000, 1000, PHASE_OPEN
  rules.weight = { 1, 1, 1, 1, 1, 1, 1, 1 }
  changed.judgement, changed.growth = '', struct.pack('>dddddd', -1, -1, 0, 0, 0, 1)
  call('SET', KEYS[CURVES], ARGV[9])
  touched[CURVES] = true
  take_theirs()
  room.hold = NOW + (m.epoch == 0 and rules.grace or rules.hold)
  room.made = m.cursor == 0 and NOW or 0
  unite(m)
  begin_after(m)
  room.credit, room.callcredit = 0, 0
end

-- raise_room raises the room to what the gateway remembers.
local function raise_room()
  read_lanes()
  local broken = own()
  broken = torn() or bereft() or broken
  if broken then
    heal()
  end
  local ahead = broken or behind(m)
  fill()
  if tonumber(ARGV[10]) > rules.version then
    take_theirs()
  end
  unite(m)
  if ahead then
    begin_after(m)
    room.credit, room.callcredit, room.mark, room.tick, room.born = 0, 0, NOW, max(room.tick, NOW), NOW
    room.hold = max(room.hold, NOW + rules.hold)
  elseif m.epoch < room.epoch then
    learn_earlier(m)
  end
  stir(2)
end

if stop == LOST then
  local taking = call('HGET', KEYS[ROOM], 'next_version')
  local old = redis.pcall('HGETALL', KEYS[taking and ROOM or OLD_ROOM])
  if not old.err and #old > 0 then
    return { 'old', unpack(old) }
  end
  begin()
  own()
  call('UNLINK', unpack(KEYS, OLD_ROOM + 1, OLD_ROOM + 11))
  call('SET', KEYS[OLD_ROOM], ARGV[15])
else
  raise_room()
end
save()
return { 'ok' }
