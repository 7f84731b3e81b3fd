-- What requests, outcomes and ends do with stays.

-- note_came notes for the curve of a live stay that a request was made at a time.
local function note_came(v, time)
  if live(v) then
    came(v.group, time - v.told)
  end
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
