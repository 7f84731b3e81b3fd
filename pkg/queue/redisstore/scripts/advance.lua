-- Advance applies the steps of the plan that are due, calls as many present places as the allowance, and answers the snapshot.
--
-- ARGV:  3 gateway or ''; 4 its watermark, see figures.go; 5 tick of its sample,
--        6 sample; 7 tick of the verdict, 8 factor, 9 judgement
-- Reply: see figures.lua
-- Cost:  O(log N) for each place looked at, called, let lapse or forgotten, at most 4,096 of each kind; O(320 log N) for what has
--        outlived an edge and what counts as inside; a slice of the sketch.

local stop = load()
if stop then
  return stop
end
read_lanes()
if own() or behind(read_watermark(ARGV[4])) or torn() or bereft() then
  return LOST
end

local JUDGE_TICK = 5000 -- ms

-- A tick of no time that was, as one that somebody wrote by hand may be, is replaced by any.
local function replaces(tick, before)
  return not (before >= tick and before <= floor(NOW / JUDGE_TICK))
end

-- The tick of a sample that was kept; 0: none, or what was kept is none.
local function tick_of(kept)
  return kept and #kept >= 8 and struct.unpack('>d', kept) or 0
end

local function note_gateway(name, tick, sample)
  if name ~= '' then
    send('ZADD', GATEWAYS, { NOW, name })
    local before = has(SAMPLES) and call('HGET', KEYS[SAMPLES], name)
    if replaces(tick, tick_of(before)) then
      send('HSET', SAMPLES, { name, struct.pack('>dc0', tick, sample) })
    end
  end
  local gone = early(GATEWAYS, ago(GATEWAY_LIFE))
  send('ZREM', GATEWAYS, gone)
  if has(SAMPLES) then
    send('HDEL', SAMPLES, gone)
  end
end

local function take_verdict(tick, share, judgement)
  if replaces(tick, rules.judged) then
    rules.judged, rules.factor = tick, share
    changed.rules, changed.judgement = true, judgement
  end
end

-- A hold that a clock which was wrong has left behind is cut to the longest spread of a start.
local LONGEST_HOLD = 30000

local function hold_after_silence()
  if NOW - room.tick > floor(rules.absent / 2) then
    room.hold = max(room.hold, NOW + rules.hold)
  end
  room.hold = min(room.hold, NOW + max(rules.hold, LONGEST_HOLD))
end

if NOW < room.tick then
  forget_gateways()
end
note_gateway(ARGV[3], tonumber(ARGV[5]), ARGV[6])
fill() -- what has passed is paid at the share that was in force
take_verdict(tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9])
hold_after_silence()
read_curves()
local since = NOW - room.tick
local right = since >= 0 or put_right(-since)
all_outlived()
if right then
  room.tick = NOW
end
apply_steps()
forget_all()
forget_draws()
leave_door()
lapse()
pass_over()
call_next(allowance(rules.lead, max(200, chances(CALLS)[1])))
local sketch = kept_sketch(since)
save_curves()
save()
return snapshot(sketch)
