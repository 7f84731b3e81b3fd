-- Control replaces the control document if it was made from the current version.
--
-- ARGV:  8 version it was made from, 9 mode, 10 rate, 11 max inside, 12 burst, 13 message,
--        14 hash of the configuration's values (stored as seed), 15 notes
-- Reply: 'ok', new version; or 'conflict' and the current document: version, mode, rate, max inside, burst,
--        message, values' hash, notes
-- Cost:  O(1)

if not load() then
  return LOST
end
if tonumber(ARGV[8]) ~= room.version then
  return { 'conflict', document() }
end
fill()
room.version = room.version + 1
room.mode = ARGV[9]
room.rate, room.max_inside, room.burst = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
save()
call('HSET', ROOM, 'message', ARGV[13], 'seed', ARGV[14], 'notes', ARGV[15])
return { 'ok', room.version }
