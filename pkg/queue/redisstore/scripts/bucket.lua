-- The buckets that pay entries and calls.

-- factor is the share of the pace in force, in permille.
local function factor()
  return floor(rules.share * rules.factor / 1000)
end

-- filled compares the gap by a division, so that no product grows above the bucket.
local function filled(credit, bound, gap, speed)
  if credit >= bound or speed > 0 and gap > floor((bound - credit) / speed) then
    return bound
  end
  return credit + gap * speed
end

-- fill pays into both buckets what the time since the mark gives. O(1).
local function fill()
  local gap, speed = max(0, NOW - room.mark), rules.rate * factor()
  room.credit = filled(room.credit, rules.burst * UNITS + 10000000 * rules.rate, gap, speed)
  room.callcredit = filled(room.callcredit, 3 * rules.burst * UNITS, gap, 3 * speed)
  room.mark = NOW
end
