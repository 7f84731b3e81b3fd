-- What a gateway remembers, beside what the room holds.

-- behind answers whether a watermark remembers more than the room holds.
local function behind(m)
  if m.epoch ~= room.epoch then
    return m.epoch > room.epoch
  end
  for lane = 1, 8 do
    if m.head[lane] > lanes[lane] then
      return true
    end
  end
  return m.last > room.last or m.cursor > rules.cursor or m.mapping > rules.mapping or m.reports > room.reports
end
