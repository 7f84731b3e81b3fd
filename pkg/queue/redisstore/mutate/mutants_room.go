package main

// inRoom are faults in the verbs about the room: Advance, the plan, the sketch.
var inRoom = []mutant{
	{
		name: "bereft-ignored", file: "advance.lua", what: "a key that was evicted is not noticed",
		find: ` or bereft() then`, replace: ` then`,
	},
	{
		name: "watermark-ignored", file: "advance.lua", what: "a tick of a gateway that remembers more is taken",
		find: `behind(read_watermark(ARGV[4])) or `, replace: ``,
	},
	{
		name: "set-back-keeps-seats", file: "clock.lua", what: "what a clock that was wrong has noted stays",
		find: `tonumber(found[k + 1]) - by`, replace: `tonumber(found[k + 1])`,
	},
	{
		name: "set-back-takes-now", file: "clock.lua", what: "what happens now is put earlier too",
		find: `above(NOW), '+inf'`, replace: `NOW, '+inf'`,
	},
	{
		name: "set-back-stops-verdicts", file: "clock.lua", what: "no verdict is taken until the clock is where it was",
		find: `rules.judged, changed.rules = 0, true`, replace: `changed.rules = true`,
	},
	{
		name: "set-back-stops-samples", file: "clock.lua", what: "no sample is taken until the clock is where it was",
		find: `drop(SAMPLES)`, replace: ``,
	},
	{
		name: "set-back-keeps-gateways", file: "clock.lua", what: "gateways that are gone are counted until the clock is where it was",
		find: `drop(GATEWAYS)`, replace: ``,
	},
	{
		name: "gateway-life", file: "advance.lua", what: "a gateway is counted a millisecond longer",
		find: `early(GATEWAYS, ago(GATEWAY_LIFE))`, replace: `early(GATEWAYS, ago(GATEWAY_LIFE + 1))`,
	},
	{
		name: "sample-again", file: "advance.lua", what: "a sample of the same tick replaces the first",
		find: `if replaces(tick, tick_of(before))`, replace: `if replaces(tick, tick_of(before) - 1)`,
	},
	{
		name: "verdict-again", file: "advance.lua", what: "a verdict of the same tick replaces the first",
		find: `if replaces(tick, rules.judged)`, replace: `if replaces(tick, rules.judged - 1)`,
	},
	{
		name: "tick-to-come", file: "advance.lua", what: "a tick that is yet to come stops all that follow",
		find: `not (before >= tick and before <= floor(NOW / JUDGE_TICK))`, replace: `before < tick`,
	},
	{
		name: "tick-of-now", file: "advance.lua", what: "a verdict of the tick that is now may be replaced by an older one",
		find: `before <= floor(NOW / JUDGE_TICK))`, replace: `before < floor(NOW / JUDGE_TICK))`,
	},
	{
		name: "sample-cut-short", file: "advance.lua", what: "a sample that somebody cut short stops the line",
		find: `kept and #kept >= 8 and struct`, replace: `kept and struct`,
	},
	{
		name: "silence-late", file: "advance.lua", what: "the line is held a millisecond of silence late",
		find: `> floor(rules.absent / 2)`, replace: `> floor(rules.absent / 2) + 1`,
	},
	{
		name: "long-hold-stays", file: "advance.lua", what: "a hold of a wrong clock stays",
		find: "room.hold = min(room.hold, NOW + max(rules.hold, LONGEST_HOLD))\n", replace: ``,
	},
	{
		name: "outlived-edge", file: "outlived.lua", what: "what outlives an edge is noticed at the upper end of the next",
		find: `above_ago(edges[j] + passed), ago(edges[j]))`, replace: `above_ago((next or edges[j]) + passed), ago(next or edges[j]))`,
	},
	{
		name: "forgets-early", file: "forget.lua", what: "tickets are forgotten a millisecond early",
		find: `local aged = ago(rules.life)`, replace: `local aged = ago(rules.life - 1)`,
	},
	{
		name: "forgets-late", file: "forget.lua", what: "tickets are forgotten a millisecond late",
		find: `local aged = ago(rules.life)`, replace: `local aged = ago(rules.life + 1)`,
	},
	{
		name: "forgets-stays-early", file: "forget.lua", what: "a stay is forgotten while it may be resumed",
		find: `ago(rules.idle + rules.resume)`, replace: `ago(rules.idle)`,
	},
	{
		name: "forgets-spent-early", file: "forget.lua", what: "a spent ticket is forgotten before its resume",
		find: `ago(rules.life + rules.resume)`, replace: `ago(rules.life)`,
	},
	{
		name: "draw-kept", file: "forget.lua", what: "a draw is kept a millisecond longer",
		find: `d.frozen + rules.life > NOW`, replace: `d.frozen + rules.life >= NOW`,
	},
	{
		name: "door-late", file: "forget.lua", what: "who does not ask again keeps the turn a millisecond longer",
		find: `early(ASKED, ago(rules.confirm),`, replace: `early(ASKED, ago(rules.confirm + 1),`,
	},
	{
		name: "door-forgets", file: "forget.lua", what: "who loses the turn at the door loses the call",
		find: "send('ZADD', CALLS, calls)\n  younger_of[CALLS] = nil\nend", replace: `end`,
	},
	{
		name: "lapse-late", file: "forget.lua", what: "a call lapses a millisecond late",
		find: `forget(CALLS, ago(rules.window))`, replace: `forget(CALLS, ago(rules.window + 1))`,
	},
	{
		name: "lapse-not-noted", file: "forget.lua", what: "that a call has lapsed is not noted",
		find: "place(AGAIN, first, NOW)\n", replace: ``,
	},
	{
		name: "twice-lapsed-comes-back", file: "forget.lua", what: "a second lapse ends no ticket",
		find: `place(ENDED, twice, NOW * REASONS + BY_TWICE)`, replace: `place(LAPSED, twice, NOW)`,
	},
	{
		name: "head-not-passed", file: "calling.lua", what: "places that the head has passed stay",
		find: `max(rules.floor, lanes[lane + 1])`, replace: `rules.floor`,
	},
	{
		name: "confirm-inclusive", file: "calling.lua", what: "a new place is present a millisecond longer",
		find: `heard_at + rules.confirm > NOW`, replace: `heard_at + rules.confirm >= NOW`,
	},
	{
		name: "absent-inclusive", file: "calling.lua", what: "a place is present a millisecond longer",
		find: `heard_at + rules.absent > NOW`, replace: `heard_at + rules.absent >= NOW`,
	},
	{
		name: "passed-head-not-raised", file: "calling.lua", what: "a place that is passed over does not raise the head",
		find: "raise(r.i - LINE, orders[id])\n", replace: ``,
	},
	{
		name: "weight-not-paid", file: "calling.lua", what: "the lane of the highest weight always has the turn",
		find: `readers[best].offer = lanes[best + 17] - sum, nil`, replace: `readers[best].offer = lanes[best + 17], nil`,
	},
	{
		name: "equal-turn-high", file: "calling.lua", what: "an equal turn is the higher lane's",
		find: `lanes[lane + 17] > lanes[best + 17]`, replace: `lanes[lane + 17] >= lanes[best + 17]`,
	},
	{
		name: "calls-cost-nothing", file: "calling.lua", what: "calls cost no credit",
		find: "room.callcredit = room.callcredit - #calls * UNITS\n", replace: ``,
	},
	{
		name: "divisor-low", file: "advance.lua", what: "a call that is seldom claimed counts too little",
		find: `max(200, chances(CALLS)[1])`, replace: `max(100, chances(CALLS)[1])`,
	},
	{
		name: "take-document-fills-not", file: "document.lua", what: "a smaller bucket keeps the excess",
		find: "fill()\n", replace: ``,
	},
	{
		name: "ended-too-long", file: "figures.lua", what: "visitors that have ended are told a millisecond longer",
		find: `(NOW - ENDED_FOR) * REASONS + REASONS - 1`, replace: `(NOW - ENDED_FOR - 1) * REASONS + REASONS - 1`,
	},
	{
		name: "sunk-places-count", file: "figures.lua", what: "places below the floor count as waiting",
		find: "if room.sunk == 0 then\n    return size(SEEN)", replace: "if true then\n    return size(SEEN)",
	},
	{
		name: "lobby-open-end", file: "opening.lua", what: "a closed segment has no end",
		find: `(s.open == 1 or number <= s.last)`, replace: `true`,
	},
	{
		name: "unknown-draw-is-known", file: "opening.lua", what: "tickets of a draw become places before its seed is known",
		find: `d.known == 0 and any_holds`, replace: `false and any_holds`,
	},
	{
		name: "shown-of-a-draw", file: "opening.lua", what: "a head in a draw shows a number of the epoch",
		find: "if rules.draws > 0 then\n    read_opening()\n    for", replace: "if rules.draws > 99 then\n    read_opening()\n    for",
	},
	{
		name: "epoch-below-order", file: "opening.lua", what: "an epoch begins below an order that was given",
		find: `floor(highest / EPOCH_SPAN)`, replace: `floor(highest / EPOCH_SPAN) - 1`,
	},
	{
		name: "segment-ends-early", file: "opening.lua", what: "a lot of a lobby is lost with its epoch",
		find: `max(s.first - 1, ceiling)`, replace: `max(s.first - 1, ceiling - 1)`,
	},
	{
		name: "no-segment-follows", file: "opening.lua", what: "a lobby ends with its epoch",
		find: `if closed and not open then`, replace: `if false then`,
	},
	{
		name: "reveal-twice", file: "reveal.lua", what: "a draw is revealed twice",
		find: `elseif found.known == 1 then`, replace: `elseif false then`,
	},
	{
		name: "reveal-holds-not", file: "reveal.lua", what: "nobody waits for the pages of a draw",
		find: "room.hold = max(room.hold, NOW + found.spread)\n", replace: ``,
	},
	{
		name: "reveal-opens-all", file: "reveal.lua", what: "a reveal opens a room that has gone on",
		find: `rules.phase == PHASE_DRAWING and `, replace: ``,
	},
	{
		name: "conflict-ignored", file: "settle.lua", what: "a change of another version is taken",
		find: `tonumber(ARGV[3]) ~= rules.version`, replace: `false`,
	},
	{
		name: "settle-fills-not", file: "settle.lua", what: "time is paid at the pace that begins",
		find: "fill()\n", replace: ``,
	},
	{
		name: "planned-always", file: "settle.lua", what: "every change is one of the plan",
		find: `call('HGET', KEYS[ROOM], 'plan') ~= ARGV[6]`, replace: `true`,
	},
	{
		name: "sketch-old", file: "sketch.lua", what: "a sketch is never made again",
		find: `or room.stirred == 1 and`, replace: `or false and`,
	},
	{
		name: "sketch-rank", file: "sketch.lua", what: "samples lie one rank too far",
		find: `max(1, floor(rank / 50))`, replace: `max(1, floor(rank / 50)) + 1`,
	},
	{
		name: "sketch-first-999", file: "sketch.lua", what: "one of the first places is missing",
		find: `n = min(n, SKETCH_EXACT - g.done)`, replace: `n = min(n, SKETCH_EXACT - 1 - g.done)`,
	},
	{
		name: "step-early", file: "steps.lua", what: "a step takes effect a millisecond early",
		find: `s.at > NOW or`, replace: `s.at > NOW + 1 or`,
	},
	{
		name: "steps-in-hold", file: "steps.lua", what: "a step takes effect while others may remember more",
		find: `NOW < rules.due or NOW < room.hold`, replace: `NOW < rules.due`,
	},
	{
		name: "start-holds-no-step", file: "steps.lua", what: "a step takes effect while the pages of a start ask",
		find: `waits = NOW < room.hold --`, replace: `waits = false --`,
	},
	{
		name: "step-again", file: "steps.lua", what: "a step takes effect twice",
		find: `s.rank > (reached`, replace: `s.rank >= (reached`,
	},
	{
		name: "17-steps", file: "steps.lua", what: "a tick applies seventeen steps",
		find: `applied == MAX_DUE`, replace: `applied > MAX_DUE`,
	},
	{
		name: "floor-of-yesterday", file: "steps.lua", what: "a room without a memory ends places that it gave after the step",
		find: `s.at >= room.made`, replace: `true`,
	},
	{
		name: "reset-keeps-codes", file: "steps.lua", what: "a reset leaves the codes",
		find: "drop(CODES)\n", replace: ``,
	},
	{
		name: "reset-keeps-booked", file: "steps.lua", what: "a reset leaves the bookings",
		find: "room.booked = 0\n", replace: ``,
	},
	{
		name: "freeze-one", file: "steps.lua", what: "a lobby of one is drawn",
		find: `n < 2 then`, replace: `n < 1 then`,
	},
	{
		name: "freeze-last", file: "steps.lua", what: "numbers behind a draw are given in it",
		find: `room.last = max(room.last, first.first + n - 1)`, replace: `room.last = room.last`,
	},
	{
		name: "spread-known", file: "steps.lua", what: "a start that was brought forward spreads as one that was not",
		find: `s.at < rules.planned + rules.hold`, replace: `false`,
	},
	{
		name: "spread-of-all", file: "steps.lua", what: "the spread has no bound",
		find: `min(30000, 2000 + floor(n / 20))`, replace: `2000 + floor(n / 20)`,
	},
	{
		name: "ramp-opens", file: "steps.lua", what: "a ramp opens a room that waits for its seed",
		find: `and name == s.opening then`, replace: `and false then`,
	},
	{
		name: "old-openings", file: "steps.lua", what: "one opening more is remembered",
		find: `OLD_OPENINGS + 1, #old`, replace: `OLD_OPENINGS + 2, #old`,
	},
	{
		name: "lane-stays", file: "forget.lua", what: "what a release before has noted of lanes stays",
		find: "  drop(LANES) -- a release before may have noted some\n", replace: ``,
	},
	{
		name: "reveal-not-counted", file: "reveal.lua", what: "a seed is not counted",
		find: `rules.mapping + 1`, replace: `rules.mapping`,
	},
	{
		name: "reveal-of-another-opens", file: "reveal.lua", what: "the seed of another opening opens the room",
		find: ` and call('HGET', KEYS[ROOM], 'name') == found.opening then`, replace: ` then`,
	},
	{
		name: "settle-plans-nothing", file: "document.lua", what: "a new plan waits for the step of the old one",
		find: `rules.version, rules.due = version, 0`, replace: `rules.version = version`,
	},
	{
		name: "document-lowers-format", file: "document.lua", what: "a document without a draw gives a room with lanes to older releases",
		find: `max(room.format, format)`, replace: `format`,
	},
	{
		name: "floor-keeps-segments", file: "steps.lua", what: "a floor leaves the lobby open",
		find: `segments, room.sunk = {}, 1`, replace: `room.sunk = 1`,
	},
	{
		name: "floor-sinks-nothing", file: "steps.lua", what: "places below a new floor are not counted out",
		find: `segments, room.sunk = {}, 1`, replace: `segments = {}`,
	},
	{
		name: "share-not-set", file: "steps.lua", what: "a step sets no share",
		find: "    rules.share = s.share\n", replace: ``,
	},
	{
		name: "lobby-never-ends", file: "steps.lua", what: "a lobby that ends otherwise stays one",
		find: "  else\n    segments = {}\n  end\n  rules.phase = s.phase", replace: "  end\n  rules.phase = s.phase",
	},
	{
		name: "33-draws", file: "steps.lua", what: "one draw more is remembered",
		find: `if #draws > MAX_DRAWS then`, replace: `if #draws > MAX_DRAWS + 1 then`,
	},
	{
		name: "outlived-short-bucket", file: "outlived.lua", what: "what passes a whole bucket between two ticks has not been in it",
		find: ` or edges[j] + passed > next)`, replace: `)`,
	},
	{
		name: "outlived-last-edge", file: "outlived.lua", what: "nothing outlives the last edge",
		find: ` or not next and older > 0 then`, replace: ` then`,
	},
	{
		name: "sketch-newcomers-lost", file: "sketch.lua", what: "places that came behind the first ones of a sketch are missing in the next",
		find: `tonumber(last) <= tonumber(highest) and orders or ''`, replace: `orders or ''`,
	},
	{
		name: "sketch-part-of-before", file: "sketch.lua", what: "places that are gone stay in a sketch",
		find: `call('ZCOUNT', key, first, last) == n`, replace: `true`,
	},
	{
		name: "sketch-below-floor", file: "sketch.lua", what: "the first places of a sketch lie below the floor",
		find: `g.after, g.done = rules.floor, 0`, replace: `g.after, g.done = 0, 0`,
	},
	{
		name: "sketch-ranks-from-floor", file: "sketch.lua", what: "ranks of a sketch count places below the floor",
		find: `local rank = below + g.done`, replace: `local rank = g.done`,
	},
	{
		name: "sketch-waits", file: "sketch.lua", what: "a sketch that may be too low is made again only when it is old",
		find: `return room.stirred == 2 or room.stirred == 1`, replace: `return room.stirred >= 1`,
	},
	{
		name: "sketch-late", file: "sketch.lua", what: "a sketch is made again a millisecond late",
		find: `NOW - room.sketched >= SKETCH_AGE`, replace: `NOW - room.sketched > SKETCH_AGE`,
	},
}
