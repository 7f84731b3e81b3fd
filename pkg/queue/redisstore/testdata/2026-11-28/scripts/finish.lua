-- Finish ends stays.
--
-- ARGV:  8 visitors, 16 bytes each
-- Reply: 'ok'
-- Cost:  O(n log N) for n entries and N places.

if not load() then
  return LOST
end
room.finished = room.finished + finish(ARGV[8])
save()
return { 'ok' }
