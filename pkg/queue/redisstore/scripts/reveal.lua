-- Reveal puts the seed of a draw in force, once.
--
-- ARGV:  3 opening, 4 seed, 32 bytes
-- Reply: 'ok', the seed in force; or 'unknown'
-- Cost:  O(d) for d draws, of at most 32

local stop = load()
if stop then
  return stop
end
read_opening()
local found
for _, d in ipairs(draws) do
  if d.opening == ARGV[3] and (not found or d.known == 0) then
    found = d
  end
end
if not found then
  return { 'unknown' }
elseif found.known == 1 then
  return { 'ok', found.seed }
end
found.seed, found.known = ARGV[4], 1
rules.mapping = rules.mapping + 1
if rules.phase == PHASE_DRAWING and call('HGET', KEYS[ROOM], 'name') == found.opening then
  rules.phase = PHASE_OPEN
end
room.hold = max(room.hold, NOW + found.spread)
keep_opening()
save()
return { 'ok', found.seed }
