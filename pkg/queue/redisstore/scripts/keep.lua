-- Keep takes heartbeats.
--
-- ARGV:  3 how many draws the caller knows; 4 beats, 38 bytes each: visitor (16), epoch (4), number (8), order (8, all big
--        endian), lane (1), 1 if away (1); 5 '' if no ticket has a code, else 17 bytes each: code (16), uses (1)
-- Reply: 'ok', now, standings, times
-- Cost:  O(n) for places known, O(n log N) for those that come back; n entries, N places.

local stop = load()
if stop then
  return stop
end
local mapping, batch, codes = tonumber(ARGV[3]), ARGV[4], ARGV[5]
if ahead(mapping) then
  return LOST
end

-- proof is what the ticket of entry i proves.
local function proof(i)
  local p = {}
  p.epoch, p.number, p.order, p.lane = struct.unpack('>I4I8I8B', batch, i * 38 - 21)
  p.code, p.uses = NO_CODE, 0
  if codes ~= '' then
    p.code, p.uses = struct.unpack('>c16B', codes, i * 17 - 16)
  end
  return p
end

local ids, states, times, beats = each(batch, 38), {}, {}, {}
known_again(find(ids))
local simple = room.sunk == 0
for i, id in ipairs(ids) do
  local away, seen = byte(batch, i * 38) == 1, heard[id]
  if seen and simple and not who[id] then
    local lane = floor(abs(tonumber(seen)) / LANE_SPAN)
    add_pair(beats, id, seen_at(lane, away and 0 or NOW))
    states[i] = IS_WAITING
  else
    local state, till, began = keep(record(id), mapping, proof(i), away)
    states[i], times[#times + 1] = state, till
    times[#times + 1] = began
  end
end
send('HSET', SEEN, beats)
flush()
if #moved > 0 then
  save()
end
return { 'ok', NOW, table.concat(states), unpack(times) }
