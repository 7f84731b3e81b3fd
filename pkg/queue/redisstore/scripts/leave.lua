-- Leave gives places and stays up.
--
-- ARGV:  3 visitors, 16 bytes each
-- Reply: 'ok'
-- Cost:  O(n log N) for n entries and N places.

local stop = load()
if stop then
  return stop
end
local ids = each(ARGV[3], 16)
find(ids)
for _, id in ipairs(ids) do
  room.left = room.left + (finish(record(id), BY_LEFT) and 1 or 0)
end
flush()
save()
return { 'ok' }
