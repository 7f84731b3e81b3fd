-- Restore makes a room, or heals one that is behind what a gateway remembers, was held by another server or lacks keys.
--
-- ARGV:  8 epoch, 9 last, 10 head, 11 its number, 12 ceiling; 13 version, 14 mode, 15 rate, 16 max inside, 17 burst,
--        18 message, 19 values' hash (stored as seed), 20 notes of the control document that the gateway remembers
-- Reply: 'ok'
-- Cost:  O(1); O(N) in the background if a room without figures has sets left

local epoch, last, head = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local head_number, ceiling = tonumber(ARGV[11]), tonumber(ARGV[12])

local fresh = not load()
if fresh then
  -- Sets without a room are what an eviction or a careless hand has left over: the room begins empty.
  call('UNLINK', unpack(KEYS))
  for _, name in ipairs(FIGURES) do
    room[name] = 0
  end
end
local elsewhere = own()
if not fresh and (torn() or bereft()) then
  -- What is left of a pair is worth nothing without the other half. The places come back with their tickets.
  for name, heartbeats in pairs(HEARTBEATS) do
    if apart(name) then
      call('UNLINK', name, heartbeats)
    end
  end
  if call('ZCARD', INSIDE) > call('ZCARD', SPENT) then
    call('UNLINK', INSIDE)
  end
  elsewhere = true
end
local ahead = not fresh and (elsewhere or behind(epoch, last, head))
if fresh or ahead then
  local highest = max(room.head, head, order_of(room.epoch, room.last), order_of(epoch, ceiling))
  local hold = HOLD
  if fresh and epoch == 0 then
    hold = GRACE
  end
  room.epoch = next_epoch(max(room.epoch, epoch), highest)
  room.credit, room.mark, room.tick, room.born = 0, NOW, NOW, NOW
  room.last = carry(0, room.last)
  room.hold = max(room.hold, NOW + hold)
end
if fresh or ahead or epoch ~= 0 and epoch < room.epoch then
  room.last = carry(room.last, ceiling)
  if head > room.head then
    room.head, room.number = head, head_number
  end
end
if epoch ~= 0 and epoch < room.epoch then
  room.hold = max(room.hold, room.born + HOLD) -- there was a line before
end
local version = tonumber(ARGV[13])
if fresh or version > room.version then
  room.version, room.mode = version, ARGV[14]
  room.rate, room.max_inside, room.burst = tonumber(ARGV[15]), tonumber(ARGV[16]), tonumber(ARGV[17])
  call('HSET', ROOM, 'message', ARGV[18], 'seed', ARGV[19], 'notes', ARGV[20])
end
save()
return { 'ok' }
