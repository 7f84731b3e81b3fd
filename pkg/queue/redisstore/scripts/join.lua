-- Join numbers new arrivals.
--
-- ARGV:  3 arrivals, 17 bytes each: visitor (16), lane (1); 4 '' if none has a code, else 17 bytes each: code (16), uses (1)
-- Reply: 'ok', now, epoch, number given last before, standings, places (one letter an entry: n with the next number; r with a
--        number and a lane that follow; c with an epoch and a number that follow; - none), what follows, times
-- Cost:  O(n log N) for n entries and N places, and that of the allowance where nobody waits.

local stop = load()
if stop then
  return stop
elseif own() or torn() then
  return LOST
end
fill()

local batch, codes = ARGV[3], ARGV[4]
local ids, states, kinds, follow, times = each(batch, 17), {}, {}, {}, {}
known_again(find(ids))
local before, zero, come, given = room.last, order_of(room.epoch, 0), lists(), {}
local waiting, free = size(SEEN) + size(FRONT), 0
if waiting == 0 and size(ASKING) == 0 then
  free = allowance(0, 1000)
end
if room.sunk == 1 then
  for i = LINE, LINE + 7 do
    waiting = waiting - counting(i, -1, rules.floor)
  end
  waiting = waiting - counting(FRONT, -1, rules.floor)
end

local function refusal()
  if rules.phase == PHASE_CLOSED or rules.phase == PHASE_THROUGH or rules.closed == 1 then
    return IS_CLOSED
  elseif rules.limit > 0 and waiting >= rules.limit then
    return IS_LIMIT
  elseif
    rules.phase == PHASE_OPEN
    and rules.quota >= 0
    and room.booked >= rules.quota
    and waiting >= rules.standby
  then
    return IS_SOLDOUT
  end
end

-- known answers whether the id is, or was, a visitor's.
local function known(id)
  local v = who[id]
  return heard[id] or given[id] or v and (v.set or v.began or v.again) or has(CODES) and codes_of(id)
end

-- place_before answers a repeated arrival: with its place, if that can be told and nobody else can have it.
local function place_before(id, lane, code)
  local v = given[id] or record(id)
  if v.set == LINE and v.seen < 0 then
    learn_orders({ v })
    if v.order > zero then
      add_pair(follow, v.order - zero, v.lane)
      return 'r', IS_WAITING
    end
  end
  local use = code ~= NO_CODE and use_of(code, id)
  if not use then
    return '-', IS_TAKEN
  end
  add_pair(follow, use.epoch, use.number)
  local state, till, began = standing(v)
  if state == IS_UNKNOWN then
    state = in_lobby(use.epoch, use.number) and IS_LOBBY or IS_WAITING
  end
  return 'c', state, till, began
end

-- straight_in calls and admits in one step.
local function straight_in(id, order, lane)
  local v = touch(record(id))
  room.credit, room.callcredit = room.credit - UNITS, room.callcredit - UNITS
  room.called, room.admitted = room.called + 1, room.admitted + 1
  v.began, v.group, v.told = NOW, FRESH, NOW
  v.order, v.lane, v.noted = order, lane, true
  raise(lane, order)
  return inside_standing(v)
end

-- give gives the next number. Of a lobby's arrival nothing else is stored.
local function give(id, lane, code)
  room.last, room.given, room.joined = room.last + 1, room.given + 1, room.joined + 1
  local order = zero + room.last
  stir(1)
  use(code, id, room.epoch, room.last)
  need_format(lane, code)
  if rules.phase == PHASE_LOBBY then
    return IS_LOBBY
  elseif free > 0 then
    free = free - 1
    return straight_in(id, order, lane)
  end
  add_pair(come[LINE + lane], order, id)
  add_pair(come[SEEN], id, -seen_at(lane, NOW))
  given[id] = { set = LINE, order = order, lane = lane, seen = -1 }
  if order <= rules.floor then
    room.sunk = 1
    return spent_by(BY_FLOOR)
  end
  waiting = waiting + 1
  return IS_WAITING
end

local function join(i, id)
  local lane, code, limit = byte(batch, i * 17), NO_CODE, 0
  if codes ~= '' then
    code, limit = struct.unpack('>c16B', codes, i * 17 - 16)
  end
  if known(id) then
    return place_before(id, lane, code)
  end
  local no = refusal() or used_up(code, id, limit) and IS_CODE
  if no then
    return '-', no
  end
  return 'n', give(id, lane, code)
end

for i, id in ipairs(ids) do
  local till, began
  kinds[i], states[i], till, began = join(i, id)
  times[#times + 1] = till
  times[#times + 1] = began
end
write({}, come)
flush()
save()
for _, time in ipairs(times) do
  follow[#follow + 1] = time
end
return { 'ok', NOW, room.epoch, before, table.concat(states), table.concat(kinds), unpack(follow) }
