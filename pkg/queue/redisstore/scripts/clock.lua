-- What Advance does when the clock was set back.

-- forget_gateways forgets who ticked, and the ticks of their samples and of the verdict: by the clock that was set back none would
-- be later for as long.
local function forget_gateways()
  drop(GATEWAYS)
  drop(SAMPLES)
  rules.judged, changed.rules = 0, true
end

-- put_right puts what is noted later than now earlier by as much as the clock was set back since the last Advance, earliest first,
-- at most 4,096 of each set. It answers whether that was all. O(n log N) for n members.
local function put_right(by)
  local all = true
  local function earlier(i)
    local found = has(i) and call('ZRANGEBYSCORE', KEYS[i], above(NOW), '+inf', 'WITHSCORES', 'LIMIT', 0, MAX_SCAN) or {}
    local entries = {}
    for k = 1, #found, 2 do
      entries[k], entries[k + 1] = tonumber(found[k + 1]) - by, found[k]
    end
    send('ZADD', i, entries)
    all = all and #entries < 2 * MAX_SCAN
  end
  for i = CALLS, ASKED do
    earlier(i)
  end
  for i = FRESH, SERVED do
    earlier(i)
  end
  return all
end
