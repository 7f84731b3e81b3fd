-- Claim turns calls into stays.
--
-- ARGV:  3 how many draws the caller knows; 4 places, 37 bytes each: visitor (16), epoch (4), number (8), order (8, all big
--        endian), lane (1)
-- Reply: 'ok', now, standings, times
-- Cost:  O(n log N) for n entries and N places, and O(160 log N) where the room has a bound and somebody may enter.

local stop = load()
if stop then
  return stop
end
local mapping, batch = tonumber(ARGV[3]), ARGV[4]
if mapping > rules.mapping then
  return LOST -- a draw that the room does not know
end

local function proof(i)
  local p = { code = NO_CODE, uses = 0 }
  p.epoch, p.number, p.order, p.lane = struct.unpack('>I4I8I8B', batch, i * 37 - 20)
  return p
end

local entered = 0

-- may_enter answers whether somebody may enter who has n before it at the door. A resume is paid already.
local function may_enter(n, resume)
  if not resume and room.credit < (n + 1) * UNITS then
    return false
  end
  return rules.max_inside == 0 or counted() + 1000 * (entered + n + 1) <= 1000 * rules.max_inside
end

-- leave_door takes a visitor from the door at once: others ask for their rank there.
local function leave_door(v)
  if v.was_set == ASKING then
    send('ZREM', ASKING, { v.id })
    send('ZREM', ASKED, { v.id })
    v.was_set = nil
  end
  v.set = nil
end

-- enter begins a stay, or resumes one. Pace is paid here, once a ticket.
local function enter(v)
  touch(v)
  leave_door(v)
  if not v.began then
    v.began = NOW
    room.credit = room.credit - UNITS
    room.admitted = room.admitted + 1
  end
  v.group, v.told = next_group(v), NOW
  entered = entered + 1
  return inside_standing(v)
end

-- ask lets a visitor in whose turn it is, or lets it stand at the door behind all who asked before.
local function ask(v)
  local n
  if v.set == ASKING then
    n = call('ZRANK', KEYS[ASKING], v.id)
  else
    n = size(ASKING)
  end
  if may_enter(n, v.began) then
    return enter(v)
  end
  touch(v)
  if v.set ~= ASKING then
    local gone = lists()
    leave_set(v, gone)
    write(gone, {})
    v.set, v.first = ASKING, NOW
    v.was_set = ASKING
    send('ZADD', ASKING, { v.first, v.id })
  end
  v.last = NOW
  send('ZADD', ASKED, { v.last, v.id })
  return standing(v)
end

-- claim_call turns a call into a stay. A call that is over puts the place to the front, once.
local function claim_call(v, p)
  if call_alive(v) then
    came(CALLS, NOW - v.at)
    return ask(v)
  elseif v.again then
    finish(v, BY_TWICE)
    return spent_by(BY_TWICE)
  end
  local no = guard(mapping, p.epoch, p.number, p.order)
  if no then
    return no
  end
  v.again = NOW
  put_front(v, p.order)
  return standing(v)
end

local function claim(v, i)
  local set, p = v.set, proof(i)
  if set == CALLS then
    return claim_call(v, p)
  elseif set == ASKING then
    if v.began and not over(v) then
      touch(v)
      leave_door(v)
      return standing(v)
    end
    return ask(v)
  elseif set == MISSED or set == LAPSED then
    local no = guard(mapping, p.epoch, p.number, p.order)
    if no then
      return no
    end
    put_front(v, p.order)
    return standing(v)
  elseif not set and v.began and over(v) then
    return ask(v)
  end
  return keep(v, mapping, p, false)
end

local ids, states, times = each(batch, 37), {}, {}
fill()
known_again(find(ids))
for i, id in ipairs(ids) do
  local state, till, began = claim(record(id), i)
  states[i], times[#times + 1] = state, till
  times[#times + 1] = began
end
flush()
save_curves()
save()
return { 'ok', NOW, table.concat(states), unpack(times) }
