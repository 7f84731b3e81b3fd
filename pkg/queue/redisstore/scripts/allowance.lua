-- How many places may be called.

-- quota_left is how many more may be let in that all find a slot. O(log N).
local function quota_left()
  if rules.quota < 0 then
    return MAX_CALLS
  end
  local taken = open_calls() + size(ASKING) + counting(FRESH, NOW - min(rules.confirm, rules.idle), '+inf')
  for i = INSIDE, INSIDE + 7 do
    taken = taken + counting(i, NOW - rules.idle, '+inf')
  end
  local free = floor(max(0, rules.quota - room.booked) / rules.per)
  if rules.quota > room.booked and taken == 0 then
    return max(1, free)
  end
  return max(0, free - taken)
end

-- allowance is how many places may be called now, if calls run ahead by lead ms and one more call counts divisor permille.
local function allowance(lead, divisor)
  local e = factor()
  if rules.run == 0 or rules.phase ~= PHASE_OPEN or NOW < room.hold or e == 0 or rules.rate == 0 then
    return 0
  end
  local calls, ahead = min(floor(room.callcredit / UNITS), MAX_CALLS), rules.rate * e * lead
  local x = floor((room.credit + ahead) / 60000)
  if calls <= 0 or x < divisor then
    return 0
  end
  local k = called_count()
  x = x - k
  if rules.max_inside > 0 then
    x = min(x, 1000 * rules.max_inside + floor(ahead / 60000) - counted() - k)
  end
  calls = min(calls, floor(max(0, x) / divisor))
  return calls <= 0 and 0 or max(0, min(calls, quota_left()))
end
