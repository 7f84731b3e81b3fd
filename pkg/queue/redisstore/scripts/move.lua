-- Move is an act of an operator or of a hand-over, once for each reference.
--
-- ARGV:  3 act (0 front, 1 remove, 2 end, 3 hand), 4 visitor, 5 reference, 6 visitor to hand over to
-- Reply: 'ok', standing, stays that are left, times; or 'unknown'
-- Cost:  O(log N); to end all stays, O(n log N) for n of at most 4,096.

local stop = load()
if stop then
  return stop
end
local act, id, ref, to = tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local all = act == 2 and id == NO_CODE
known_again(find({ id, to }))
local v = record(id)

-- to_front puts a place that waits, missed its turn or was called to the front, unless the floor has ended it.
local function to_front()
  if v.set == LINE then
    learn_orders({ v })
  elseif v.set == MISSED or v.set == LAPSED or v.set == CALLS then
    v.order = tonumber(has(ORDERS) and call('ZSCORE', KEYS[ORDERS], id) or 0)
  else
    return
  end
  if v.order > rules.floor then
    put_front(v, v.order)
    v.again, v.not_again = nil, true
  end
end

-- hand lets whatever the visitor is in go on under another id.
local function hand(w)
  if v.set == ENDED then
    return
  end
  find_again({ id })
  learn_orders({ v })
  touch(w)
  for _, field in ipairs({ 'set', 'lane', 'order', 'seen', 'at', 'first', 'last', 'began', 'group', 'told', 'again' }) do
    w[field] = v[field]
  end
  local order = has(ORDERS) and call('ZSCORE', KEYS[ORDERS], id)
  if order then
    send('ZADD', ORDERS, { order, to })
  end
  hand_codes(id, to)
  v.set = nil
  finish(v, BY_MOVED)
  v.noted = false
end

-- end_all ends every stay, group by group, by last request, at most 4,096.
local function end_all()
  local left, ids = MAX_SCAN, {}
  for i = FRESH, SERVED do
    if left > 0 and has(i) then
      for _, one in ipairs(call('ZRANGE', KEYS[i], 0, left - 1)) do
        ids[#ids + 1] = one
        left = left - 1
      end
    end
  end
  for from = 1, #ids, CHUNK do
    find({ unpack(ids, from, min(from + CHUNK - 1, #ids)) })
  end
  for _, one in ipairs(ids) do
    finish(record(one), BY_FINISHED)
  end
end

-- taken answers whether another visitor has the id, or had it.
local function taken(w)
  return w.set or w.began or w.again or codes_of(to)
end

-- take does the act. It answers why it cannot.
local function take()
  if act == 1 then
    room.left = room.left + (finish(v, BY_REMOVED) and 1 or 0)
  elseif all then
    end_all()
  elseif act == 2 then
    finish(v, BY_FINISHED)
  elseif not v.set and not v.began then
    return { 'unknown' }
  elseif act == 0 then
    to_front()
  elseif taken(record(to)) then
    return { 'ok', IS_TAKEN, 0 }
  else
    hand(record(to))
  end
end

if not (has(REFS) and call('ZSCORE', KEYS[REFS], ref)) then
  local no = take()
  if no then
    return no
  end
  send('ZADD', REFS, { NOW, ref })
end
flush()
local left = 0
if all then
  for i = FRESH, SERVED do
    left = left + size(i)
  end
end
save()
local state, till, began = standing(v)
return { 'ok', state, left, till, began }
