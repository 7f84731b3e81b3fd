package main

// inCommon are faults in what the verbs share: buckets, allowance, curves, standings, tickets.
var inCommon = []mutant{
	{
		name: "hold-too-long", file: "allowance.lua", what: "the hold lasts a millisecond longer",
		find: `NOW < room.hold`, replace: `NOW <= room.hold`,
	},
	{
		name: "no-hold", file: "allowance.lua", what: "a hold keeps nobody back",
		find: ` or NOW < room.hold`, replace: ``,
	},
	{
		name: "no-pause", file: "allowance.lua", what: "a paused room calls",
		find: `rules.run == 0 or `, replace: ``,
	},
	{
		name: "any-phase-calls", file: "allowance.lua", what: "a room that is not open calls",
		find: `rules.phase ~= PHASE_OPEN or `, replace: ``,
	},
	{
		name: "rate-0-calls", file: "allowance.lua", what: "a rate of 0 lets the burst in",
		find: ` or rules.rate == 0`, replace: ``,
	},
	{
		name: "bound-without-calls", file: "allowance.lua", what: "open calls take no seat",
		find: `counted() - k)`, replace: `counted())`,
	},
	{
		name: "bound-without-lead", file: "allowance.lua", what: "seats are not called ahead",
		find: `1000 * rules.max_inside + floor(ahead / 60000)`, replace: `1000 * rules.max_inside`,
	},
	{
		name: "pace-without-calls", file: "allowance.lua", what: "open calls take no pace",
		find: `x = x - k`, replace: `x = x - 0`,
	},
	{
		name: "quota-ignored", file: "allowance.lua", what: "more are called than find a slot",
		find: `max(0, min(calls, quota_left()))`, replace: `calls`,
	},
	{
		name: "odd-slot-lost", file: "allowance.lua", what: "an odd last slot is never offered",
		find: `return max(1, free)`, replace: `return free`,
	},
	{
		name: "per-ignored", file: "allowance.lua", what: "a stay is thought to book one",
		find: `/ rules.per)`, replace: `)`,
	},
	{
		name: "door-takes-no-slot", file: "allowance.lua", what: "who stands at the door takes no slot",
		find: `open_calls() + size(ASKING) + `, replace: `open_calls() + `,
	},
	{
		name: "fresh-takes-a-slot-for-ever", file: "allowance.lua", what: "a stay that was not confirmed keeps its slot until Idle",
		find: `NOW - min(rules.confirm, rules.idle)`, replace: `NOW - rules.idle`,
	},
	{
		name: "step-back-takes", file: "bucket.lua", what: "a clock that steps back takes credit",
		find: `max(0, NOW - room.mark)`, replace: `(NOW - room.mark)`,
	},
	{
		name: "no-burst", file: "bucket.lua", what: "the bucket of entries holds the burst alone",
		find: `rules.burst * UNITS + 10000000 * rules.rate`, replace: `rules.burst * UNITS`,
	},
	{
		name: "calls-bucket-small", file: "bucket.lua", what: "the bucket of calls holds one burst",
		find: `3 * rules.burst * UNITS`, replace: `rules.burst * UNITS`,
	},
	{
		name: "calls-fill-slow", file: "bucket.lua", what: "the bucket of calls is filled at the pace of entries",
		find: `gap, 3 * speed)`, replace: `gap, speed)`,
	},
	{
		name: "mark-stays", file: "bucket.lua", what: "a clock that steps back stops the bucket",
		find: `room.mark = NOW`, replace: `room.mark = max(room.mark, NOW)`,
	},
	{
		name: "share-ignored", file: "bucket.lua", what: "the share of a plan bounds nothing",
		find: `floor(rules.share * rules.factor / 1000)`, replace: `rules.factor`,
	},
	{
		name: "factor-ignored", file: "bucket.lua", what: "the judgement of the site bounds nothing",
		find: `floor(rules.share * rules.factor / 1000)`, replace: `rules.share`,
	},
	{
		name: "code-of-one", file: "codes.lua", what: "a code is used by one visitor less",
		find: `return #users_of(code) >= limit`, replace: `return #users_of(code) + 1 >= limit`,
	},
	{
		name: "code-not-handed", file: "codes.lua", what: "a hand-over leaves the code with the old id",
		find: `use_of(code, id).id = to`, replace: `use_of(code, id).id = id`,
	},
	{
		name: "code-format", file: "codes.lua", what: "a place with a code is left to older releases",
		find: `lane ~= 0 or code ~= NO_CODE`, replace: `lane ~= 0`,
	},
	{
		name: "lane-format", file: "codes.lua", what: "a place in a lane is left to older releases",
		find: `lane ~= 0 or code ~= NO_CODE`, replace: `code ~= NO_CODE`,
	},
	{
		name: "curve-negative-age", file: "curves.lua", what: "a clock that was set back teaches",
		find: `age < 0 or age >= curve_end(i)`, replace: `age >= curve_end(i)`,
	},
	{
		name: "curve-full-late", file: "curves.lua", what: "a bucket is halved one observation late",
		find: `back + surv >= CURVE_FULL`, replace: `back + surv > CURVE_FULL`,
	},
	{
		name: "curve-edge", file: "curves.lua", what: "an age at an edge is of the bucket before",
		find: `age >= EDGES[j + 1]`, replace: `age > EDGES[j + 1]`,
	},
	{
		name: "reason-replaced", file: "moves.lua", what: "the second reason of an end stands",
		find: "why = v.at % REASONS\n  end\n  take_out", replace: "why = why\n  end\n  take_out",
	},
	{
		name: "end-keeps-again", file: "moves.lua", what: "an ended ticket still has a lapse",
		find: "v.began, v.group, v.told, v.again = nil, nil, nil, nil\n  v.not_again = true", replace: `v.began, v.group, v.told = nil, nil, nil`,
	},
	{
		name: "order-forgotten", file: "moves.lua", what: "the order of a place that has left the line is forgotten",
		find: "if v.set == LINE or v.set == FRONT then\n    v.noted = true", replace: "if v.set == LINE then\n    v.noted = true",
	},
	{
		name: "front-not-seen", file: "moves.lua", what: "a place that came back was not heard of",
		find: `v.set, v.order, v.lane, v.seen = FRONT, order, 0, seen_at(0, NOW)`, replace: `v.set, v.order, v.lane, v.seen = FRONT, order, 0, seen_at(0, 0)`,
	},
	{
		name: "format-not-compared", file: "prelude.lua", what: "an older release uses a room that it cannot read",
		find: `if room.format > tonumber(ARGV[2]) then`, replace: `if false then`,
	},
	{
		name: "chunk-short", file: "prelude.lua", what: "the last entry of a long list is not written",
		find: "min(from + CHUNK - 1, n)))\n  end\nend\n\n-- drop", replace: "min(from + CHUNK - 2, n)))\n  end\nend\n\n-- drop",
	},
	{
		name: "guard-floor", file: "restore_place.lua", what: "a ticket at the floor is used",
		find: "order <= rules.floor then\n    return spent_by", replace: "order < rules.floor then\n    return spent_by",
	},
	{
		name: "guard-mapping", file: "restore_place.lua", what: "a caller that lacks a seed is believed",
		find: `mapping < rules.mapping`, replace: `false`,
	},
	{
		name: "guard-lobby", file: "restore_place.lua", what: "a ticket of a lobby becomes a place",
		find: `elseif in_lobby(epoch, number) then`, replace: `elseif false then`,
	},
	{
		name: "guard-order-below", file: "restore_place.lua", what: "a ticket of a draw may bring an order before it",
		find: `(order < d.base or order >= d.base + d.n)`, replace: `order >= d.base + d.n`,
	},
	{
		name: "guard-order-above", file: "restore_place.lua", what: "a ticket of a draw may bring the order behind it",
		find: `order >= d.base + d.n)`, replace: `order > d.base + d.n)`,
	},
	{
		name: "no-hold-for-earlier", file: "restore_place.lua", what: "a ticket of an earlier epoch holds nothing",
		find: `room.hold = max(room.hold, room.born + rules.hold)`, replace: `room.hold = room.hold`,
	},
	{
		name: "later-epoch-holds-not", file: "restore_place.lua", what: "a ticket of a later epoch holds nothing",
		find: "room.hold = max(room.hold, NOW + rules.hold)\n    return", replace: `return`,
	},
	{
		name: "number-not-learned", file: "restore_place.lua", what: "a ticket does not teach its number",
		find: `room.last = max(room.last, carried(number))`, replace: `room.last = room.last`,
	},
	{
		name: "at-head-waits", file: "restore_place.lua", what: "a restored place at the head waits",
		find: `p.order > head then`, replace: `p.order >= head then`,
	},
	{
		name: "away-to-front", file: "restore_place.lua", what: "a closed page behind the head comes to the front",
		find: `elseif away then`, replace: `elseif false then`,
	},
	{
		name: "live-inclusive", file: "standing.lua", what: "a stay lives a millisecond longer",
		find: `v.told + rules.idle > NOW`, replace: `v.told + rules.idle >= NOW`,
	},
	{
		name: "max-inclusive", file: "standing.lua", what: "a stay lives a millisecond beyond its Max",
		find: `return v.told and v.told + rules.idle > NOW and v.began + rules.max > NOW`, replace: `return v.told and v.told + rules.idle > NOW and v.began + rules.max >= NOW`,
	},
	{
		name: "resume-inclusive", file: "standing.lua", what: "a stay may be resumed a millisecond longer",
		find: `rules.idle + rules.resume > NOW`, replace: `rules.idle + rules.resume >= NOW`,
	},
	{
		name: "window-inclusive", file: "standing.lua", what: "a call is open a millisecond longer",
		find: `v.at + rules.window > NOW`, replace: `v.at + rules.window >= NOW`,
	},
	{
		name: "end-beyond-max", file: "standing.lua", what: "a stay is promised beyond its Max",
		find: `min(v.told + rules.idle, v.began + rules.max), v.began`, replace: `v.told + rules.idle, v.began`,
	},
	{
		name: "floor-inclusive", file: "standing.lua", what: "the place at the floor is not ended",
		find: `return v.order <= rules.floor`, replace: `return v.order < rules.floor`,
	},
	{
		name: "again-not-told", file: "standing.lua", what: "a page does not learn that the next lapse ends the ticket",
		find: `v.again and IS_FRONT_AGAIN or IS_FRONT`, replace: `IS_FRONT`,
	},
	{
		name: "inside-9", file: "standing.lua", what: "a stay with more than eight requests has no group of its own",
		find: `min(v.group + 1, INSIDE + 7)`, replace: `min(v.group + 1, INSIDE + 6)`,
	},
	{
		name: "fresh-behind", file: "standing.lua", what: "an arrival that is let in at once does not count as a request, as a claim does",
		find: "elseif v.group == FRESH then\n    return INSIDE + 1", replace: "elseif v.group == FRESH then\n    return INSIDE",
	},
	{
		name: "served-moves", file: "standing.lua", what: "a served stay goes back to the others",
		find: "elseif v.group == SERVED then\n    return SERVED", replace: "elseif v.group == SERVED then\n    return INSIDE",
	},
	{
		name: "number-carried", file: "opening.lua", what: "a later epoch goes on from any number",
		find: `return n > MAX_CARRIED and 0 or n`, replace: `return n`,
	},
	{
		name: "trillion-not-carried", file: "opening.lua", what: "a trillion is not carried",
		find: `return n > MAX_CARRIED and 0 or n`, replace: `return n >= MAX_CARRIED and 0 or n`,
	},
	{
		name: "own-number-carried", file: "unite.lua", what: "a raised room goes on from any number of its own",
		find: `max(carried(last), ceiling)`, replace: `max(last, ceiling)`,
	},
	{
		name: "ticket-number-carried", file: "restore_place.lua", what: "a ticket's number above a trillion raises the last one",
		find: `max(room.last, carried(number))`, replace: `max(room.last, number)`,
	},
	{
		name: "high-ticket-begins-nothing", file: "restore_place.lua", what: "a ticket above a trillion begins no epoch",
		find: ` or epoch == room.epoch and number > max(room.last, MAX_CARRIED)`, replace: ``,
	},
	{
		name: "given-ticket-begins-epoch", file: "restore_place.lua", what: "a ticket above a trillion begins an epoch though it was given",
		find: `number > max(room.last, MAX_CARRIED)`, replace: `number > MAX_CARRIED`,
	},
	{
		name: "late-ticket-carries", file: "restore_place.lua", what: "the epoch of a later ticket goes on from any number",
		find: `carried(last), function()`, replace: `last, function()`,
	},
	{
		name: "factor-0-calls", file: "allowance.lua", what: "a pace of nothing lets the credit in",
		find: `e == 0 or `, replace: ``,
	},
	{
		name: "calls-bucket-ignored", file: "allowance.lua", what: "calls need no credit of their own",
		find: `min(floor(room.callcredit / UNITS), MAX_CALLS)`, replace: `MAX_CALLS`,
	},
	{
		name: "strict-by-chance", file: "chances.lua", what: "a strict room counts stays by their chance",
		find: "elseif rules.strict == 1 and i ~= CALLS then\n    return 1000 *", replace: "elseif false then\n    return 1000 *",
	},
	{
		name: "page-not-known", file: "chances.lua", what: "what is known of a page changes no prior",
		find: `w[j] = WEIGHT * (j >= last - 1 and max(PRIOR_IDLE[j], 500) or PRIOR_IDLE[j])`, replace: `w[j] = WEIGHT * PRIOR_IDLE[j]`,
	},
	{
		name: "page-longer", file: "chances.lua", what: "a page is thought to last a bucket longer",
		find: `if EDGES[j] < rules.page then`, replace: `if EDGES[j] <= rules.page then`,
	},
	{
		name: "beyond-page-comes", file: "chances.lua", what: "who has read a page to its end is expected",
		find: "elseif j > last then\n      w[j] = 0", replace: "elseif false then\n      w[j] = 0",
	},
	{
		name: "active-longer", file: "chances.lua", what: "a stay counts in full a bucket longer",
		find: `EDGES[j] < full and 1000`, replace: `EDGES[j] <= full and 1000`,
	},
	{
		name: "chance-rounded-down", file: "chances.lua", what: "a chance is rounded down",
		find: `local start = (1000999 - q) / 1000`, replace: `local start = (1000000 - q) / 1000`,
	},
	{
		name: "door-counts-nothing", file: "chances.lua", what: "who stands at the door counts nothing",
		find: `weighed(CALLS, rules.window, 0) + 1000 * size(ASKING)`, replace: `weighed(CALLS, rules.window, 0)`,
	},
	{
		name: "fresh-counts-until-idle", file: "chances.lua", what: "a stay that was not confirmed counts until Idle",
		find: `weighed(FRESH, min(rules.confirm, rules.idle), 0)`, replace: `weighed(FRESH, rules.idle, 0)`,
	},
	{
		name: "code-counted-twice", file: "codes.lua", what: "a visitor that uses a code again is two",
		find: `if code == NO_CODE or use_of(code, id) then`, replace: `if code == NO_CODE then`,
	},
	{
		name: "restored-code-unlimited", file: "restore_place.lua", what: "tickets bring a code back for any number of visitors",
		find: `used_up(p.code, p.uses) then`, replace: `false then`,
	},
	{
		name: "restored-code-unnoted", file: "restore_place.lua", what: "a ticket does not teach who used its code",
		find: "    use(p.code, v.id, p.epoch, p.number)\n", replace: ``,
	},
	{
		name: "restored-format", file: "restore_place.lua", what: "a restored place with a code or a lane is left to older releases",
		find: "    need_format(p.lane, p.code)\n", replace: ``,
	},
	{
		name: "lapsed-kept-comes-back", file: "restore_place.lua", what: "a heartbeat of a lapsed place brings it to the front",
		find: `elseif set == MISSED and not away then`, replace: `elseif not away then`,
	},
	{
		name: "floor-leaves-places", file: "restore_place.lua", what: "a place that the floor has ended stays in line",
		find: "    sink(v)\n", replace: ``,
	},
	{
		name: "resume-late-is-full", file: "standing.lua", what: "a resume that is too late stands at the door",
		find: `if v.began and not over(v) then`, replace: `if false then`,
	},
	{
		name: "call-again-not-told", file: "standing.lua", what: "a call does not say that its lapse ends the ticket",
		find: `v.again and IS_CALLED_AGAIN or IS_CALLED`, replace: `IS_CALLED`,
	},
	{
		name: "sunk-order-forgotten", file: "standing.lua", what: "the order of a place below the floor is forgotten though its lapse is known",
		find: `v.noted = v.again ~= nil`, replace: `v.noted = false`,
	},
	{
		name: "sunk-order-kept", file: "standing.lua", what: "the order of a place below the floor is kept",
		find: `v.noted = v.again ~= nil`, replace: `v.noted = true`,
	},
	{
		name: "key-thought-gone", file: "prelude.lua", what: "a set that has lost some of its members is taken for empty",
		find: `(added or size(i) > 0) and 49 or 48`, replace: `added and 49 or 48`,
	},
	{
		name: "called-lapse-unread", file: "places.lua", what: "a call does not know that it has lapsed before",
		find: `if v.set == FRONT or v.set == CALLS or v.set`, replace: `if v.set == FRONT or v.set`,
	},
	{
		name: "door-half-left", file: "moves.lua", what: "who leaves the door leaves the time last asked",
		find: "      table.insert(gone[ASKED], v.id)\n", replace: ``,
	},
	{
		name: "front-half-left", file: "moves.lua", what: "who leaves the front leaves the last heartbeat",
		find: "      table.insert(gone[BACK], v.id)\n", replace: ``,
	},
	{
		name: "line-half-left", file: "moves.lua", what: "who leaves the line leaves the last heartbeat",
		find: "    table.insert(gone[SEEN], v.id)\n", replace: ``,
	},
	{
		name: "own-code-used-up", file: "restore_place.lua", what: "a code that was cut to fewer uses ends the tickets of its own users",
		find: `not use_of(p.code, v.id) and `, replace: ``,
	},
}
