-- What Keep and Claim do with a ticket.

-- guard is what is checked where the order of a ticket would be used: why it cannot be used, or nil.
local function guard(mapping, epoch, number, order)
  if order <= rules.floor then
    return spent_by(BY_FLOOR)
  elseif mapping < rules.mapping then
    return IS_UNKNOWN
  elseif rules.segments == 0 and rules.draws == 0 then
    return nil
  elseif in_lobby(epoch, number) then
    return IS_LOBBY
  end
  for _, d in ipairs(draws) do
    if any_holds(d.segments, epoch, number) and (order < d.base or order >= d.base + d.n) then
      return IS_UNKNOWN
    end
  end
end

-- heartbeat notes that a place in line or in front was heard of.
local function heartbeat(v, away)
  touch(v).seen = seen_at(v.lane, away and 0 or NOW)
end

-- out_or_standing is the standing; a place that the floor has ended is taken out of the line or front.
local function out_or_standing(v)
  if (v.set == LINE or v.set == FRONT) and sunk(v) then
    sink(v)
    return spent_by(BY_FLOOR)
  end
  return standing(v)
end

-- learn_number takes from the ticket of a place which numbers and epochs there have been.
local function learn_number(epoch, number, order)
  stir(1)
  if epoch > room.epoch or epoch == room.epoch and number > max(room.last, MAX_CARRIED) then
    local last = room.last
    begins(next_epoch(epoch, order), carried(last), function()
      return last
    end)
    room.born = NOW
    stir(2)
    room.hold = max(room.hold, NOW + rules.hold)
    return
  end
  room.last = max(room.last, carried(number))
  if epoch < room.epoch then
    room.hold = max(room.hold, room.born + rules.hold)
  end
end

-- restore takes in a place that the room does not know, and answers where it stands.
local function restore(v, mapping, p, away)
  local stop = guard(mapping, p.epoch, p.number, p.order)
  if stop then
    return stop
  elseif p.code ~= NO_CODE and not use_of(p.code, v.id) and used_up(p.code, p.uses) then
    finish(v, BY_CODE)
    return IS_CODE
  end
  if p.lane ~= 0 or p.code ~= NO_CODE then
    use(p.code, v.id, p.epoch, p.number)
    need_format(p.lane, p.code)
  end
  learn_number(p.epoch, p.number, p.order)
  read_lanes()
  local head = lanes[p.lane + 1]
  touch(v)
  v.order, v.lane = p.order, p.lane
  if p.order > head then
    v.set, v.seen, v.noted = LINE, seen_at(p.lane, away and 0 or NOW), false
  elseif away then
    v.set, v.at, v.noted = MISSED, NOW, true
  else
    put_front(v, p.order)
  end
  return standing(v)
end

-- keep takes one heartbeat with what its ticket proves.
local function keep(v, mapping, p, away)
  local set = v.set
  if set == LINE or set == FRONT then
    heartbeat(v, away)
  elseif set == MISSED or set == LAPSED then
    local stop = guard(mapping, p.epoch, p.number, p.order)
    if stop then
      return stop
    elseif set == MISSED and not away then
      put_front(v, p.order)
    end
  elseif not set and not v.began then
    return restore(v, mapping, p, away)
  end
  return out_or_standing(v)
end
