-- Frame reads the room without changing it.
--
-- ARGV:  no more
-- Reply: see snapshot.lua
-- Cost:  see snapshot.lua

if not load() then
  return LOST
end
return snapshot()
