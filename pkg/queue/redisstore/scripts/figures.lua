-- The snapshot, shared by Advance and Snapshot.
--
-- Reply: 'ok', now, figures, rules and lanes (packed), opening's name, segments, draws, done, document, judgement, tallies, curves,
--        places in line, in front, open calls, at the door, live stays, those of them that have not booked, what counts as inside, chance
--        of a call, gateways; then the lists of the visitors whose tickets ended lately, each with its score in ENDED, and of the
--        samples, each behind its gateway; the sketch.
-- Cost:  O(160 log N), and the sketch's.

local function places()
  if room.sunk == 0 then
    return size(SEEN), size(FRONT)
  end
  local waiting = 0
  for i = LINE, LINE + 7 do
    waiting = waiting + counting(i, rules.floor, '+inf')
  end
  return waiting, counting(FRONT, rules.floor, '+inf')
end

-- live_stays answers how many stays live, and how many of them have not booked.
local function live_stays()
  local n, unbooked = 0, counting(FRESH, NOW - min(rules.confirm, rules.idle), '+inf')
  for i = FRESH, SERVED do
    local known = i ~= FRESH and younger_of[i]
    local live = known and known[#known] or counting(i, NOW - rules.idle, '+inf')
    n = n + live
    if i ~= FRESH and i ~= SERVED then
      unbooked = unbooked + live
    end
  end
  return n, unbooked
end

-- ended_lately are the visitors whose tickets have just ended, the latest first.
local function ended_lately()
  if not has(ENDED) then
    return {}
  end
  local since = above((NOW - ENDED_FOR) * REASONS + REASONS - 1)
  return call('ZRANGE', KEYS[ENDED], '+inf', since, 'BYSCORE', 'REV', 'LIMIT', 0, MAX_ENDED, 'WITHSCORES')
end

-- snapshot is the reply. A verb that has changed figures has saved them.
local function snapshot(sketch)
  local texts = call('HMGET', KEYS[ROOM], 'figures', 'rules', 'lanes', 'name', 'segments', 'draws', 'done', 'document', 'judgement', 'tallies')
  local waiting, front = places()
  local inside = counted() -- notes what live_stays need not count again
  local live, unbooked = live_stays()
  return {
    'ok', NOW, texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8], texts[9],
    texts[10] or '',
    curves_text(), waiting, front, open_calls(), size(ASKING), live, unbooked, inside, chances(CALLS)[1],
    counting(GATEWAYS, NOW - GATEWAY_LIFE, '+inf'), ended_lately(), has(SAMPLES) and call('HGETALL', KEYS[SAMPLES]) or {}, sketch,
  }
end
