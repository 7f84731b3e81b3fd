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
if mapping > rules.mapping then
  return LOST -- a draw that the room does not know
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
-- Most places are in lane 0, whose times have 13 digits at most: of those nothing has to be computed.
local simple, present, n = room.sunk == 0, string.format('%.0f', NOW), 0
for i = 1, #ids do
  local id = ids[i]
  local away, seen = byte(batch, i * 38) == 1, heard[id]
  if seen and simple and not who[id] then
    local beat = away and '0' or present
    if #seen > 13 then
      beat = seen_at(floor(abs(tonumber(seen)) / LANE_SPAN), away and 0 or NOW)
    end
    beats[n + 1], beats[n + 2], n = id, beat, n + 2
    states[i] = IS_WAITING
  else
    local state, till, began = keep(record(id), mapping, proof(i), away)
    states[i], times[#times + 1] = state, till
    times[#times + 1] = began
  end
end
send('HSET', SEEN, beats)
if #moved > 0 then
  flush()
  save()
end
return { 'ok', NOW, table.concat(states), unpack(times) }
