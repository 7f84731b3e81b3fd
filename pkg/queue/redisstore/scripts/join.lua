-- Join numbers new arrivals.
--
-- ARGV:  3 arrivals, 17 bytes each: visitor (16), lane (1); 4 '' if none has a code, else 17 bytes each: code (16), uses (1)
-- Reply: 'ok', now, epoch, number given last before, standings, places (one letter an entry: n with the next number; r with a
--        number and a lane that follow; c with an epoch and a number that follow; - none), what follows, times
--        'early', the milliseconds until the epoch gives numbers; nothing is done
-- Cost:  O(n log N) for n entries and N places, and that of the allowance where nobody waits.

local stop = load()
if stop then
  return stop
elseif own() or torn() then
  return LOST
end

-- An epoch is named by the second in which it begins. By the server's clock it gives its first number in a later one: a room
-- that is lost again in that second, and rebuilt by a gateway that has not heard of it, begins the same epoch.
if ARGV[1] == '' and floor(NOW / 1000) == floor(room.born / 1000) then
  return { 'early', 1000 - NOW % 1000 }
end
fill()

local batch, codes, unconfirmed = ARGV[3], ARGV[4], string.format('-%.0f', NOW)
local ids, states, kinds, follow, times = each(batch, 17), {}, {}, {}, {}
known_again(find(ids))
local before, zero, come, given = room.last, order_of(room.epoch, 0), { [SEEN] = {} }, {}
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

if rules.phase == PHASE_LOBBY and rules.limit > 0 then
  waiting = waiting + lobby_came() -- the numbers of a lobby are places as well
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

-- give gives the next number. Of a lobby's arrival nothing else is stored.
local function give(id, lane, code)
  room.last, room.given, room.joined = room.last + 1, room.given + 1, room.joined + 1
  local order = zero + room.last
  stir(1)
  if lane ~= 0 or code ~= NO_CODE then
    use(code, id, room.epoch, room.last)
    need_format(lane, code)
  end
  if rules.phase == PHASE_LOBBY then
    waiting = waiting + 1
    return IS_LOBBY
  elseif free > 0 then
    free = free - 1
    return straight_in(id, order, lane)
  end
  come[LINE + lane] = come[LINE + lane] or {}
  add_pair(come[LINE + lane], order, id)
  add_pair(come[SEEN], id, lane == 0 and unconfirmed or -seen_at(lane, NOW))
  given[id] = { id = id, set = LINE, order = order, lane = lane, seen = -1 }
  if order <= rules.floor then
    room.sunk = 1
    return IS_BELOW
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
    return place_before(given[id] or record(id), lane, code, zero, follow)
  end
  local no = refusal() or code ~= NO_CODE and used_up(code, limit) and IS_CODE
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
for i, list in pairs(come) do
  send(hash(i) and 'HSET' or 'ZADD', i, list)
end
if #moved > 0 then
  flush()
end
save()
for _, time in ipairs(times) do
  follow[#follow + 1] = time
end
return { 'ok', NOW, room.epoch, before, table.concat(states), table.concat(kinds), unpack(follow) }
