-- What Advance forgets, and the ends of calls.

-- forget drops the members of a set that are old enough, and answers them.
local function forget(i, bound)
  local ids = early(i, bound, 'LIMIT', 0, MAX_SCAN)
  if #ids > 0 then
    call('ZREMRANGEBYRANK', KEYS[i], 0, #ids - 1)
    touched[i] = false
  end
  return ids
end

-- without are the visitors that a set does not have.
local function without(ids, i)
  local others = {}
  for from = 1, #ids, CHUNK do
    for _, id in ipairs(look({ unpack(ids, from, min(from + CHUNK - 1, #ids)) }, i, hash(i) and 'HMGET' or 'ZMSCORE', {})) do
      others[#others + 1] = id
    end
  end
  return others
end

-- forget_orders drops the orders of visitors that no set has any more.
local function forget_orders(ids)
  if #ids > 0 and has(ORDERS) then
    send('ZREM', ORDERS, ids)
  end
end

local function forget_all()
  local gone = {}
  local function add(ids)
    for _, id in ipairs(ids) do
      gone[#gone + 1] = id
    end
  end
  local aged = ago(rules.life)
  add(forget(MISSED, aged))
  add(forget(LAPSED, aged))
  local lapses = forget(AGAIN, aged)
  local spent = forget(SPENT, ago(rules.life + rules.resume))
  add(spent)
  for i = FRESH, SERVED do
    if has(i) and #spent > 0 then
      send('ZREM', i, spent)
      younger_of[i] = nil
    end
    if i == FRESH or older_of[i] ~= 0 then
      forget(i, ago(rules.idle + rules.resume))
    end
  end
  if has(ASKING) and #spent > 0 then
    send('ZREM', ASKING, spent)
    send('ZREM', ASKED, spent)
  end
  add(forget(ENDED, (NOW - rules.life) * REASONS + REASONS - 1))
  forget(REFS, aged)
  forget_orders(without(gone, AGAIN))
  for _, i in ipairs({ SEEN, BACK, CALLS, ASKING, MISSED, LAPSED, SPENT, ENDED }) do
    lapses = without(lapses, i)
  end
  forget_orders(lapses)
  drop(LANES) -- a release before may have noted some
end

local function forget_draws()
  if rules.draws == 0 then
    return
  end
  read_opening()
  local kept = {}
  for _, d in ipairs(draws) do
    if d.frozen + rules.life > NOW then
      kept[#kept + 1] = d
    end
  end
  if #kept < #draws then
    draws = kept
    keep_opening()
  end
end

-- leave_door takes those from the door who have not asked again. They are called still, as of when they asked last; a resume,
-- which is no place, just leaves.
local function leave_door()
  local found = early(ASKED, ago(rules.confirm), 'WITHSCORES', 'LIMIT', 0, MAX_SCAN)
  if #found == 0 then
    return
  end
  local ids, last, calls = {}, {}, {}
  for k = 1, #found, 2 do
    ids[#ids + 1], last[found[k]] = found[k], found[k + 1]
  end
  send('ZREM', ASKING, ids)
  send('ZREM', ASKED, ids)
  for _, id in ipairs(without(ids, SPENT)) do
    add_pair(calls, last[id], id)
  end
  send('ZADD', CALLS, calls)
  younger_of[CALLS] = nil
end

-- lapse ends the calls that were not claimed in time. The second of one ticket ends it.
local function lapse()
  local ids = forget(CALLS, ago(rules.window))
  local first, twice, later = without(ids, AGAIN), {}, {}
  for _, id in ipairs(first) do
    later[id] = true
  end
  for _, id in ipairs(ids) do
    if not later[id] then
      twice[#twice + 1] = id
    end
  end
  place(LAPSED, first, NOW)
  place(AGAIN, first, NOW)
  send('ZREM', AGAIN, twice)
  place(ENDED, twice, NOW * REASONS + BY_TWICE)
end
