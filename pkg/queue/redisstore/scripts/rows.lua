-- What Advance does with many members of a set at once.

-- shift takes the first n places of a set by order out of it.
local function shift(i, ids, n)
  if n > 0 then
    call('ZREMRANGEBYRANK', KEYS[i], 0, n - 1)
    touched[i] = false
    send('HDEL', i == FRONT and BACK or SEEN, ids)
    stir(1)
  end
end

-- place puts visitors into a set by time.
local function place(i, ids, time)
  local entries = {}
  for k, id in ipairs(ids) do
    entries[2 * k - 1], entries[2 * k] = time, id
  end
  send('ZADD', i, entries)
end

-- early are the members of a set with a score of at most a bound, the lowest first.
local function early(i, bound, ...)
  return has(i) and call('ZRANGEBYSCORE', KEYS[i], '-inf', bound, ...) or {}
end

-- note_orders remembers the orders of places that have left a lane or the front.
local function note_orders(ids, orders)
  local entries = {}
  for _, id in ipairs(ids) do
    add_pair(entries, orders[id], id)
  end
  send('ZADD', ORDERS, entries)
end
