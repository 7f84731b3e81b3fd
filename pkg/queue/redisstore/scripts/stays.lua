-- What requests, outcomes and ends do with stays.

-- note_came notes for the curve of a live stay that a request was made at a time.
local function note_came(v, time)
  if live(v) then
    came(v.group, time - v.told)
  end
end

-- booked_mark is what REFS holds of a visitor who has booked and whose stay is not known. It is no reference: those are hashes.
local function booked_mark(id)
  return struct.pack('Bc15', 255 - byte(id), sub(id, 2))
end

-- find_tickets learns where the visitors of a batch are whose tickets have probably bought stays.
local function find_tickets(ids)
  local rest = meet(ids, SPENT, 'began')
  rest = meet(rest, ENDED, 'at')
  find_door(filter('began'))
  rest = find_waiting(rest)
  find_door(rest)
  find_stays()
end
