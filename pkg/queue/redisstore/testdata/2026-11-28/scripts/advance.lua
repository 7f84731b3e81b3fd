-- Advance calls as many present places as the pace leaves room for, and answers the snapshot.
--
-- ARGV:  8 gateway or ''; 9 epoch, 10 last, 11 head that the gateway remembers
-- Reply: see figures.lua
-- Cost:  O(log N) for each place looked at, called or let lapse (at most 4,096 of each kind), O(log N) for each
--        visitor forgotten, and the snapshot's.

if not load() or own() or behind(tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])) or torn() or bereft() then
  return LOST
end

-- shift takes the first n places, which are ids, off a set.
local function shift(name, ids)
  if #ids > 0 then
    call('ZREMRANGEBYRANK', name, 0, #ids - 1)
    if HEARTBEATS[name] then
      send('HDEL', HEARTBEATS[name], ids)
    end
  end
end

-- place puts visitors into a set by time.
local function place(name, ids, time)
  local entries = {}
  for i, id in ipairs(ids) do
    entries[2 * i - 1], entries[2 * i] = time, id
  end
  send('ZADD', name, entries)
end

-- pass moves the first places of a set, those with a score of at most bound, to another set.
local function pass(from, bound, to)
  local ids = call('ZRANGEBYSCORE', from, '-inf', text(bound), 'LIMIT', 0, MAX_SCAN)
  shift(from, ids)
  place(to, ids, FORGET)
end

-- take looks at the first places of a set by order and calls those that are present, until left calls are made
-- or scan places are looked at. It reads as many as are looked at for certain, and more if many are absent.
local function take(name, left, scan)
  local step = left
  while left > 0 and scan > 0 do
    step = min(step, scan, CHUNK)
    local ids = call('ZRANGE', name, 0, step - 1)
    if #ids == 0 then
      break
    end
    local looked, called, missed = {}, {}, {}
    local seen = call('HMGET', HEARTBEATS[name], unpack(ids))
    for i, id in ipairs(ids) do
      if left == 0 then
        break
      end
      looked[i] = id
      local heard = tonumber(seen[i] or 0)
      if heard > 0 and heard + ABSENT > NOW then
        called[#called + 1] = id
        left = left - 1
      else
        missed[#missed + 1] = id
      end
    end
    scan = scan - #looked
    if name == LINE then
      raise_head(tonumber(call('ZSCORE', name, looked[#looked])))
    end
    shift(name, looked)
    place(CALLS, called, text(NOW + WINDOW))
    place(MISSED, missed, FORGET)
    room.called = room.called + #called
    room.credit = room.credit - #called * UNITS
    step = step * 2
  end
  return left, scan
end

if ARGV[8] ~= '' then
  call('ZADD', GATEWAYS, NOW, ARGV[8])
end
call('ZREMRANGEBYSCORE', GATEWAYS, '-inf', text(NOW - GATEWAY_LIFE))
room.hold, room.born = min(room.hold, NOW + max(HOLD, GRACE)), min(room.born, NOW) -- a clock that stepped back prolongs no hold
if NOW - room.tick > ABSENT / 2 then
  room.hold = max(room.hold, NOW + HOLD)
end
room.tick = NOW
fill()
for _, name in ipairs({ INSIDE, SPENT, ENDED, MISSED, LAPSED }) do
  call('ZREMRANGEBYSCORE', name, '-inf', text(NOW))
end
pass(CALLS, NOW, LAPSED)
pass(LINE, room.head, MISSED)
take(LINE, take(FRONT, min(allowance(), MAX_CALLS), MAX_SCAN))
save()
return snapshot()
