-- Settle replaces the document if it was made from the current version.
--
-- ARGV:  3 version it was made from, 4 format it needs, 5 the document for gateways, 6 plan, 7 what stores read of it, each a
--        double, see figures.go
-- Reply: 'ok', new version; or 'conflict', the version and the document
-- Cost:  O(s) for a plan of s steps

local stop = load()
if stop then
  return stop
end
if tonumber(ARGV[3]) ~= rules.version then
  return { 'conflict', rules.version, call('HGET', KEYS[ROOM], 'document') }
end
fill()
if call('HGET', KEYS[ROOM], 'plan') ~= ARGV[6] then
  rules.planned = NOW
end
take_document(rules.version + 1, tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7])
save()
return { 'ok', rules.version }
