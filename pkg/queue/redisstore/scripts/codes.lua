-- Which codes were used by whom.
--
-- CODES is a hash. Field 'c' and a code: its users, 28 bytes each: visitor (16), epoch (4), number (8, big endian). Field 'v'
-- and a visitor: the codes that it used, 16 bytes each.

local USER = '>c16I4I8'
local users, uses = {}, {} -- by code: list of { visitor, epoch, number }; by visitor: text of codes, or false

-- users_of reads who used a code.
local function users_of(code)
  if not users[code] then
    users[code] = {}
    local text = has(CODES) and call('HGET', KEYS[CODES], table.concat({ 'c', code })) or ''
    for i = 1, #text, 28 do
      local id, epoch, number = struct.unpack(USER, text, i)
      table.insert(users[code], { id = id, epoch = epoch, number = number })
    end
  end
  return users[code]
end

-- use_of is how a visitor used a code, or nil.
local function use_of(code, id)
  for _, use in ipairs(users_of(code)) do
    if use.id == id then
      return use
    end
  end
end

-- codes_of is the text of the codes that a visitor used, or false.
local function codes_of(id)
  if uses[id] == nil then
    uses[id] = has(CODES) and call('HGET', KEYS[CODES], table.concat({ 'v', id }))
  end
  return uses[id]
end

-- used_up answers whether so many as may use a code have used it. Nobody asks who is one of them.
local function used_up(code, limit)
  return #users_of(code) >= limit
end

-- write_code writes who used a code.
local function write_code(code)
  local texts = {}
  for i, use in ipairs(users_of(code)) do
    texts[i] = struct.pack(USER, use.id, use.epoch, use.number)
  end
  send('HSET', CODES, { table.concat({ 'c', code }), table.concat(texts) })
end

-- use notes that a visitor uses a code.
local function use(code, id, epoch, number)
  if code == NO_CODE or use_of(code, id) then
    return
  end
  table.insert(users_of(code), { id = id, epoch = epoch, number = number })
  uses[id] = table.concat({ codes_of(id) or '', code })
  write_code(code)
  send('HSET', CODES, { table.concat({ 'v', id }), uses[id] })
end

-- hand_codes makes another visitor the user of all codes that one used.
local function hand_codes(id, to)
  local codes = codes_of(id)
  if not codes then
    return
  end
  for i = 1, #codes, 16 do
    local code = sub(codes, i, i + 15)
    use_of(code, id).id = to
    write_code(code)
  end
  send('HDEL', CODES, { table.concat({ 'v', id }) })
  send('HSET', CODES, { table.concat({ 'v', to }), codes })
end

-- need_format raises the room's format when somebody uses what earlier releases do not know.
local function need_format(lane, code)
  if lane ~= 0 or code ~= NO_CODE then
    room.format = max(room.format, 2)
  end
end
