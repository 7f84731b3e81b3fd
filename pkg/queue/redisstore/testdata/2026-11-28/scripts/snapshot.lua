-- Snapshot reads the room without changing it.
--
-- ARGV:  no more
-- Reply: see figures.lua
-- Cost:  see figures.lua

if not load() then
  return LOST
end
return snapshot()
