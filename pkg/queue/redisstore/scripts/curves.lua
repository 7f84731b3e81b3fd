-- How likely what was given is used, by age: what was observed.
--
-- CURVES is a string of 32 bytes a curve, in the order call, FRESH, INSIDE+0..7, SERVED: how many came in each of 16 buckets,
-- then how many outlived it.

local EDGES = { 0, 2000, 5000, 10000, 15000, 20000, 30000, 45000, 60000, 90000, 120000, 180000, 240000, 300000, 420000, 600000 }
local BUCKETS = 16
local CURVE_FULL = 256
local CURVE_BYTES = 32

local curves, observed = {}, {} -- by kind: its bytes, once read; whether they have changed
local chances_of = {} -- by set, what follows from its curve
local older_of = {} -- by set, how many members were older than all edges when Advance began
local younger_of = {} -- by set, how many members are younger than each edge, as long as none has come or gone

-- ago and above_ago are the times that lie so long back, as texts, inclusive and exclusive: to make one from a number costs as much
-- as to count, and all sets are counted at the same edges.
local ago_texts, above_texts = {}, {}

local function ago(age)
  ago_texts[age] = ago_texts[age] or string.format('%.0f', NOW - age)
  return ago_texts[age]
end

local function above_ago(age)
  above_texts[age] = above_texts[age] or string.format('(%s', ago(age))
  return above_texts[age]
end

-- kind is the number of the curve of a set of calls or stays.
local function kind(i)
  return i == CALLS and 0 or i - FRESH + 1
end

-- curve_end is the age at which nothing is expected any more.
local function curve_end(i)
  return i == CALLS and rules.window or i == FRESH and rules.confirm or rules.idle
end

-- curve is the bytes of a set's curve.
local function curve(i)
  local k = kind(i)
  if not curves[k] then
    local text = call('GETRANGE', KEYS[CURVES], k * CURVE_BYTES, (k + 1) * CURVE_BYTES - 1)
    curves[k] = { byte(#text == CURVE_BYTES and text or string.rep('\0', CURVE_BYTES), 1, -1) }
  end
  return curves[k]
end

-- read_curves reads all of them at once.
local function read_curves()
  local text = call('GET', KEYS[CURVES]) or string.rep('\0', 11 * CURVE_BYTES)
  for k = 0, 10 do
    curves[k] = { byte(text, k * CURVE_BYTES + 1, (k + 1) * CURVE_BYTES) }
  end
end

-- curves_text is CURVES as it is now, when all of it was read.
local function curves_text()
  local texts = {}
  for k = 0, 10 do
    texts[k + 1] = string.char(unpack(curves[k]))
  end
  return table.concat(texts)
end

-- save_curves writes what was observed.
local function save_curves()
  for k in pairs(observed) do
    call('SETRANGE', KEYS[CURVES], k * CURVE_BYTES, string.char(unpack(curves[k])))
    touched[CURVES] = true
  end
end

-- observe adds to a bucket, 1 to 16. A full one is halved, so that a curve follows what changes.
local function observe(i, j, came, outlived)
  local c = curve(i)
  local back, surv = c[j] + came, c[j + BUCKETS] + outlived
  while back + surv >= CURVE_FULL do
    back, surv = floor(back / 2), floor(surv / 2)
  end
  c[j], c[j + BUCKETS] = back, surv
  observed[kind(i)], chances_of[i] = true, nil
end

-- came notes that something of a set was used at an age.
local function came(i, age)
  if age < 0 or age >= curve_end(i) then
    return
  end
  local j = 1
  while j < BUCKETS and age >= EDGES[j + 1] do
    j = j + 1
  end
  observe(i, j, 1, 0)
end
