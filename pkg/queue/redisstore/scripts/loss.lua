-- What Join, Report, Advance and Restore ask: whether this server holds the room, whole.

-- replication is the server's replication id, which changes whenever it begins a history of its own: at its start and when it
-- takes over from its master. nil if the user has no right to ask. O(1).
local function replication()
  local info = redis.pcall('INFO', 'replication')
  if type(info) ~= 'string' then
    return nil
  end
  local _, last = string.find(info, 'master_replid:', 1, true)
  return last and sub(info, last + 1, last + 40)
end

-- run is the id of the server's process.
local function run()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
end

-- own notes that this server holds the room, and answers whether another one did. That other one may have acknowledged what
-- never came here: after a failover the room is as good as lost until a gateway restores it. The replication id is asked each
-- time, because it is cheap; it may also change while the server goes on, so the run id decides. A server that does not tell
-- holds every room.
local function own()
  local id = replication()
  if not id then
    return false
  end
  local before = stored.server
  if before and sub(before, 1, 40) == id then
    return false
  end
  local process = run()
  changed.server = table.concat({ id, process })
  return before and sub(before, 41) ~= process
end

-- torn answers whether places are without their heartbeats or the other way round: keys are gone that no script has removed.
-- A server that evicts takes whole keys. O(1).
local function torn()
  local places = 0
  for i = LINE, LINE + 7 do
    places = places + size(i)
  end
  return places ~= size(SEEN) or size(FRONT) ~= size(BACK)
end

-- bereft answers whether a key is gone that no script has removed. Without the right to ask nothing is concluded. O(k) for
-- k keys.
local function bereft()
  local names = {}
  for i = 1, COUNTED do
    if byte(there, i) == 49 then
      names[#names + 1] = KEYS[i]
    end
  end
  local n = redis.pcall('EXISTS', unpack(names))
  return type(n) == 'number' and n ~= #names
end
