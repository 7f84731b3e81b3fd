-- Where a visitor stands. A standing is two characters, its state and its reason, and up to two times behind them: the end of
-- a call, or the end and the beginning of a stay.

-- spent_by is the standing of a ticket that is worth nothing any more.
local function spent_by(why)
  return string.char(STATE_SPENT, why)
end

-- live answers whether a stay lives.
local function live(v)
  return v.told and v.told + rules.idle > NOW and v.began + rules.max > NOW
end

-- over answers whether a stay ran out and may be resumed.
local function over(v)
  return v.told and not live(v) and v.told + rules.idle + rules.resume > NOW and v.began + rules.max > NOW
end

local function inside_standing(v)
  return IS_INSIDE, min(v.told + rules.idle, v.began + rules.max), v.began
end

-- stay_standing is where a ticket stands that bought a stay.
local function stay_standing(v)
  if live(v) then
    return inside_standing(v)
  elseif over(v) then
    return IS_OVER
  end
  return spent_by(BY_EXPIRED)
end

local function call_alive(v)
  return v.at + rules.window > NOW
end

-- sunk answers whether the floor has ended a place. Most rooms have none below it, and need no orders to know.
local function sunk(v)
  if room.sunk == 0 then
    return false
  end
  learn_orders({ v })
  return v.order <= rules.floor
end

-- standing is where a visitor stands by what is known of it; nothing changes.
local function standing(v)
  local set = v.set
  if set == LINE or set == FRONT then
    if sunk(v) then
      return spent_by(BY_FLOOR)
    end
    return set == LINE and IS_WAITING or v.again and IS_FRONT_AGAIN or IS_FRONT
  elseif set == CALLS then
    if call_alive(v) then
      return v.again and IS_CALLED_AGAIN or IS_CALLED, v.at + rules.window
    end
    return IS_LAPSED
  elseif set == ASKING then
    if v.began and not over(v) then
      return stay_standing(v)
    end
    return IS_FULL
  elseif set == MISSED then
    return IS_ABSENT
  elseif set == LAPSED then
    return IS_LAPSED
  elseif set == ENDED then
    return spent_by(v.at % REASONS)
  elseif v.began then
    return stay_standing(v)
  end
  return IS_UNKNOWN
end

-- next_group is where a stay goes when one more request of it is told. The arrival that was let in at once was the first request of a
-- fresh stay, as a claim is of another, so that both learn and are counted alike.
local function next_group(v)
  if not v.group then
    return INSIDE
  elseif v.group == FRESH then
    return INSIDE + 1
  elseif v.group == SERVED then
    return SERVED
  end
  return min(v.group + 1, INSIDE + 7)
end

-- sink takes a place out that the floor has ended. The floor remembers it, so its order is forgotten, unless its lapsed call
-- is remembered.
local function sink(v)
  find_again({ v.id })
  take_out(v)
  v.noted = v.again ~= nil
end
