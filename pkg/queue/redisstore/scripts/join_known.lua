-- What Join does with visitors that are known, and where nobody waits.

-- place_before answers a repeated arrival: with its place, if that can be told and nobody else can have it.
local function place_before(v, lane, code, zero, follow)
  if v.set == LINE and v.seen < 0 then
    learn_orders({ v })
    if v.order > zero then
      add_pair(follow, v.order - zero, v.lane)
      return 'r', standing(v)
    end
  end
  local use = code ~= NO_CODE and use_of(code, v.id)
  if not use then
    return '-', IS_TAKEN
  end
  add_pair(follow, use.epoch, use.number)
  local state, till, began = standing(v)
  if state == IS_UNKNOWN then
    state = order_of(use.epoch, use.number) <= rules.floor and IS_BELOW
      or in_lobby(use.epoch, use.number) and IS_LOBBY
      or IS_WAITING
  end
  return 'c', state, till, began
end

-- straight_in calls and admits in one step.
local function straight_in(id, order, lane)
  local v = touch(record(id))
  room.credit, room.callcredit = room.credit - UNITS, room.callcredit - UNITS
  room.called, room.admitted = room.called + 1, room.admitted + 1
  v.began, v.group, v.told = NOW, FRESH, NOW
  v.order, v.noted = order, true
  raise(lane, order)
  return inside_standing(v)
end
