-- Snapshot reads the room without changing it.
--
-- ARGV:  no more
-- Reply: see figures.lua
-- Cost:  see figures.lua; the sketch is made anew: O(1,000 + r log N) for r sampled ranks, 350 at a million places

local stop = load()
if stop then
  return stop
end
read_curves()
return snapshot(fresh_sketch())
