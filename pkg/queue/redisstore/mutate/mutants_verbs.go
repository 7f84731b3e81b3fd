package main

// inVerbs are faults in the verbs of visitors and operators.
var inVerbs = []mutant{
	{
		name: "lapsed-needs-no-guard", file: "claim.lua", what: "a claim of a lapsed place needs no seed",
		find: "elseif set == MISSED or set == LAPSED then\n    local no = guard(mapping, p.epoch, p.number, p.order)", replace: "elseif set == MISSED or set == LAPSED then\n    local no = nil",
	},
	{
		name: "resume-pays", file: "claim.lua", what: "a resume needs pace",
		find: `not resume and room.credit`, replace: `room.credit`,
	},
	{
		name: "enters-without-those-before", file: "claim.lua", what: "those at the door before are not paid for",
		find: `room.credit < (n + 1) * UNITS`, replace: `room.credit < UNITS`,
	},
	{
		name: "seat-of-those-before", file: "claim.lua", what: "those at the door before need no seat",
		find: `entered + n + 1`, replace: `entered + 1`,
	},
	{
		name: "entry-not-counted", file: "claim.lua", what: "an entry of a batch is not counted for the next",
		find: `entered = entered + 1`, replace: `entered = entered`,
	},
	{
		name: "entry-costs-nothing", file: "claim.lua", what: "an entry costs no pace",
		find: `room.credit = room.credit - UNITS`, replace: `room.credit = room.credit`,
	},
	{
		name: "claim-teaches-nothing", file: "claim.lua", what: "a claim teaches no curve",
		find: "came(CALLS, NOW - v.at)\n", replace: ``,
	},
	{
		name: "claim-fills-not", file: "claim.lua", what: "a claim does not fill the bucket",
		find: "fill()\n", replace: ``,
	},
	{
		name: "first-asked-moves", file: "claim.lua", what: "whoever asks again goes behind",
		find: "if v.set ~= ASKING then\n    local gone", replace: "if true then\n    local gone",
	},
	{
		name: "last-asked-stays", file: "claim.lua", what: "asking again keeps no turn",
		find: "v.last = NOW\n", replace: "v.last = v.last or NOW\n",
	},
	{
		name: "over-call-once", file: "claim.lua", what: "a call that lapses twice comes back",
		find: "elseif v.again then\n    finish(v, BY_TWICE)", replace: "elseif false then\n    finish(v, BY_TWICE)",
	},
	{
		name: "over-call-unnoted", file: "claim.lua", what: "a call that is over is not noted as lapsed",
		find: "v.again = NOW\n", replace: ``,
	},
	{
		name: "late-resume-stays", file: "claim.lua", what: "a resume that is too late stays at the door",
		find: "leave_door(v)\n      return standing(v)", replace: `return standing(v)`,
	},
	{
		name: "find-first-lane", file: "find.lua", what: "of two places of one order that of the higher lane is found",
		find: `id < first`, replace: `id > first`,
	},
	{
		name: "find-unconfirmed", file: "find.lua", what: "a place that was not heard of shows no time",
		find: `return v.seen < 0 and -ms or ms`, replace: `return ms`,
	},
	{
		name: "joins-behind-nobody", file: "join.lua", what: "an arrival overtakes who stands at the door",
		find: `waiting == 0 and size(ASKING) == 0`, replace: `waiting == 0`,
	},
	{
		name: "limit-late", file: "join.lua", what: "one more joins than may wait",
		find: `waiting >= rules.limit`, replace: `waiting > rules.limit`,
	},
	{
		name: "standby-late", file: "join.lua", what: "one more stands by than may",
		find: `and waiting >= rules.standby`, replace: `and waiting > rules.standby`,
	},
	{
		name: "sold-out-late", file: "join.lua", what: "the last slot is given twice",
		find: `room.booked >= rules.quota`, replace: `room.booked > rules.quota`,
	},
	{
		name: "door-ignored", file: "join.lua", what: "a closed door is open",
		find: ` or rules.closed == 1`, replace: ``,
	},
	{
		name: "through-joins", file: "join.lua", what: "a room without a waiting room gives places",
		find: ` or rules.phase == PHASE_THROUGH`, replace: ``,
	},
	{
		name: "given-not-counted", file: "join.lua", what: "the numbers given are not counted",
		find: `room.given + 1`, replace: `room.given`,
	},
	{
		name: "straight-costs-no-call", file: "join_known.lua", what: "an arrival that goes straight in takes no credit of calls",
		find: "room.callcredit - UNITS\n", replace: "room.callcredit\n",
	},
	{
		name: "straight-is-confirmed", file: "join_known.lua", what: "an arrival that goes straight in counts as confirmed",
		find: `v.began, v.group, v.told = NOW, FRESH, NOW`, replace: `v.began, v.group, v.told = NOW, INSIDE, NOW`,
	},
	{
		name: "straight-raises-nothing", file: "join_known.lua", what: "the head does not show who went straight in",
		find: "raise(lane, order)\n  return inside_standing", replace: `return inside_standing`,
	},
	{
		name: "new-place-is-heard", file: "join.lua", what: "a new place counts as heard of",
		find: `lane == 0 and unconfirmed or -seen_at(lane, NOW)`, replace: `seen_at(lane, NOW)`,
	},
	{
		name: "heard-place-again", file: "join_known.lua", what: "whoever repeats an arrival gets the place of a visitor",
		find: `v.set == LINE and v.seen < 0`, replace: `v.set == LINE`,
	},
	{
		name: "earlier-place-again", file: "join_known.lua", what: "a place of an earlier epoch is told a wrong number",
		find: `if v.order > zero then`, replace: `if true then`,
	},
	{
		name: "repeated-below-floor", file: "join_known.lua", what: "whoever repeats an arrival waits below the floor",
		find: `return 'r', standing(v)`, replace: `return 'r', IS_WAITING`,
	},
	{
		name: "code-below-floor", file: "join_known.lua", what: "a code tells somebody to wait below the floor",
		find: `order_of(use.epoch, use.number) <= rules.floor and IS_BELOW`, replace: `false`,
	},
	{
		name: "left-twice", file: "leave.lua", what: "whoever leaves twice counts twice",
		find: `finish(record(id), BY_LEFT) and 1 or 0`, replace: `finish(record(id), BY_LEFT) and 1 or 1`,
	},
	{
		name: "front-below-floor", file: "move.lua", what: "an operator brings a place back that the floor has ended",
		find: `if v.order > rules.floor then`, replace: `if true then`,
	},
	{
		name: "front-keeps-again", file: "move.lua", what: "a place that an operator moves has still lapsed",
		find: "v.again, v.not_again = nil, true\n", replace: ``,
	},
	{
		name: "end-all-short", file: "move.lua", what: "an act ends one stay less",
		find: `left - 1)) do`, replace: `left - 2)) do`,
	},
	{
		name: "hand-to-known", file: "move.lua", what: "a place is handed over to a known id",
		find: `elseif taken(record(to)) then`, replace: `elseif false then`,
	},
	{
		name: "hand-loses-order", file: "move.lua", what: "a hand-over forgets the order",
		find: "send('ZADD', ORDERS, { order, to })\n", replace: ``,
	},
	{
		name: "renew-not-clipped", file: "renew.lua", what: "a request of the future extends a stay",
		find: `min(time, NOW)`, replace: `time`,
	},
	{
		name: "renew-started-future", file: "renew.lua", what: "a stay begins in the future",
		find: `v.began or min(started, NOW)`, replace: `v.began or started`,
	},
	{
		name: "renew-max-inclusive", file: "renew.lua", what: "a stay is renewed at its Max",
		find: `began + rules.max <= NOW`, replace: `began + rules.max < NOW`,
	},
	{
		name: "renew-repeats", file: "renew.lua", what: "a request that is told again moves a stay on",
		find: `time <= v.told`, replace: `time < v.told`,
	},
	{
		name: "renew-fresh-stays", file: "renew.lua", what: "an old request does not confirm a stay",
		find: "if v.group == FRESH then\n      v.group = next_group(v)", replace: "if v.group == FRESH then\n      v.group = FRESH",
	},
	{
		name: "renew-teaches-nothing", file: "renew.lua", what: "a request teaches no curve",
		find: "note_came(v, time)\n", replace: ``,
	},
	{
		name: "finish-teaches-nothing", file: "report.lua", what: "a finished stay teaches no curve",
		find: "note_came(v, NOW)\n", replace: ``,
	},
	{
		name: "ref-twice-in-a-batch", file: "report.lua", what: "a booking counts twice in one batch",
		find: "refs[ref] = true\n", replace: ``,
	},
	{
		name: "booked-not-served", file: "report.lua", what: "a booking leaves its stay as it is",
		find: `touch(v).group = SERVED`, replace: `touch(v).group = v.group`,
	},
	{
		name: "booked-before-the-stay", file: "report.lua", what: "a booking of a stay that is not known yet is not remembered",
		find: `add_pair(noted, NOW, booked_mark(v.id))`, replace: `add_pair(noted, 0, booked_mark(v.id))`,
	},
	{
		name: "booked-behind-the-end", file: "report.lua", what: "an ended visitor is remembered as one who has booked",
		find: `elseif v.set ~= ENDED then`, replace: `else`,
	},
	{
		name: "renew-forgets-the-booking", file: "renew.lua", what: "a stay that comes back has not booked",
		find: `has_booked[booked_mark(v.id)] and SERVED`, replace: `false and SERVED`,
	},
	{
		name: "freed-below-nothing", file: "report.lua", what: "more is given back than was taken",
		find: `max(n, -max(0, room.booked))`, replace: `n`,
	},
	{
		name: "freed-of-less-than-nothing", file: "report.lua", what: "what is given back of less than nothing is added",
		find: `-max(0, room.booked)`, replace: `-room.booked`,
	},
	{
		name: "report-believes-a-lost-room", file: "report.lua", what: "a gateway that has told more reports to a room that was lost",
		find: `told <= tally.reports`, replace: `true`,
	},
	{
		name: "report-in-no-name", file: "report.lua", what: "a booking is in nobody's tally",
		find: `tallies[gateway] = tally`, replace: ``,
	},
	{
		name: "report-of-no-total", file: "report.lua", what: "totals are not counted",
		find: `totals + 1`, replace: `totals`,
	},
	{
		name: "finished-is-a-booking", file: "report.lua", what: "an end is lost where the room was",
		find: `byte(batch, i) ~= 0`, replace: `true`,
	},
	{
		name: "reports-not-counted", file: "report.lua", what: "reports are not counted",
		find: `room.booked + n, room.reports + 1`, replace: `room.booked + n, room.reports`,
	},
	{
		name: "nothing-is-a-report", file: "report.lua", what: "a booking of nothing is a report",
		find: `elseif count > 0 then`, replace: `else`,
	},
	{
		name: "joins-in-the-first-second", file: "join.lua", what: "two lines that are lost in one second give the same numbers",
		find: `ARGV[1] == '' and floor(NOW / 1000) == floor(room.born / 1000)`, replace: `false`,
	},
	{
		name: "join-elsewhere", file: "join.lua", what: "a server that took over gives numbers",
		find: `own() or torn()`, replace: `torn()`,
	},
	{
		name: "join-torn", file: "join.lua", what: "a line whose heartbeats were evicted gives numbers",
		find: `own() or torn()`, replace: `own()`,
	},
	{
		name: "twice-in-a-batch", file: "join.lua", what: "an arrival that is twice in a batch takes two numbers",
		find: `heard[id] or given[id] or v`, replace: `heard[id] or v`,
	},
	{
		name: "lapse-is-nobody", file: "join.lua", what: "of whom only a lapse is known may join",
		find: `(v.set or v.began or v.again)`, replace: `(v.set or v.began)`,
	},
	{
		name: "code-is-nobody", file: "join.lua", what: "of whom only a code is known may join",
		find: `or has(CODES) and codes_of(id)`, replace: ``,
	},
	{
		name: "closed-phase-joins", file: "join.lua", what: "a closed opening gives numbers",
		find: `rules.phase == PHASE_CLOSED or `, replace: ``,
	},
	{
		name: "sold-out-for-ever", file: "join.lua", what: "all is booked between openings, too",
		find: "rules.phase == PHASE_OPEN\n    and rules.quota", replace: `rules.quota`,
	},
	{
		name: "code-not-looked-at", file: "join.lua", what: "a code is used by any number of visitors",
		find: `used_up(code, limit) and IS_CODE`, replace: `false`,
	},
	{
		name: "sunk-line-fills", file: "join.lua", what: "places of the line below the floor count against the limit",
		find: "    waiting = waiting - counting(i, -1, rules.floor)\n", replace: ``,
	},
	{
		name: "sunk-front-fills", file: "join.lua", what: "places in front below the floor count against the limit",
		find: "  waiting = waiting - counting(FRONT, -1, rules.floor)\nend", replace: `end`,
	},
	{
		name: "batch-passes-limit", file: "join.lua", what: "a batch passes the limit",
		find: "waiting = waiting + 1\n  return IS_WAITING", replace: "return IS_WAITING",
	},
	{
		name: "lobby-without-limit", file: "join.lua", what: "the numbers of a lobby do not count against the limit",
		find: `waiting = waiting + lobby_came()`, replace: ``,
	},
	{
		name: "batch-passes-lobby", file: "join.lua", what: "a batch passes the limit of a lobby",
		find: "    waiting = waiting + 1\n    return IS_LOBBY", replace: "    return IS_LOBBY",
	},
	{
		name: "lobby-is-a-line", file: "join.lua", what: "an arrival in a lobby is stored",
		find: `if rules.phase == PHASE_LOBBY then`, replace: `if false then`,
	},
	{
		name: "straight-without-end", file: "join.lua", what: "a batch goes straight in whatever the allowance",
		find: `free = free - 1`, replace: `free = free - 0`,
	},
	{
		name: "new-below-floor", file: "join.lua", what: "a number at the floor waits",
		find: `if order <= rules.floor then`, replace: `if order < rules.floor then`,
	},
	{
		name: "new-below-floor-unnoted", file: "join.lua", what: "a number below the floor is counted as waiting",
		find: "room.sunk = 1\n    return IS_BELOW", replace: `return IS_BELOW`,
	},
	{
		name: "joined-not-counted", file: "join.lua", what: "arrivals are not counted",
		find: `room.joined + 1`, replace: `room.joined`,
	},
	{
		name: "keep-believes-room", file: "keep.lua", what: "a caller that knows a later seed is answered",
		find: `if mapping > rules.mapping then`, replace: `if false then`,
	},
	{
		name: "keep-away-ignored", file: "keep.lua", what: "a page that is closed is open",
		find: `byte(batch, i * 38) == 1, heard[id]`, replace: `false, heard[id]`,
	},
	{
		name: "keep-loses-lane", file: "keep.lua", what: "a heartbeat moves a place to the first lane",
		find: `if #seen > 13 then`, replace: `if false then`,
	},
	{
		name: "keep-ignores-floor", file: "keep.lua", what: "a heartbeat below the floor is a place's",
		find: `local simple, present, n = room.sunk == 0,`, replace: `local simple, present, n = true,`,
	},
	{
		name: "keep-ignores-codes", file: "keep.lua", what: "the codes of tickets are not read",
		find: `if codes ~= '' then`, replace: `if false then`,
	},
	{
		name: "claim-believes-room", file: "claim.lua", what: "a claim of a caller that knows a later seed is answered",
		find: `if mapping > rules.mapping then`, replace: `if false then`,
	},
	{
		name: "seat-less", file: "claim.lua", what: "the last seat stays free",
		find: `(entered + n + 1) <= 1000 * rules.max_inside`, replace: `(entered + n + 1) < 1000 * rules.max_inside`,
	},
	{
		name: "resume-pays-again", file: "claim.lua", what: "a stay that is resumed is paid again",
		find: "if not v.began then\n    v.began = NOW", replace: "if true then\n    v.began = v.began or NOW",
	},
	{
		name: "over-resumes-not", file: "claim.lua", what: "a stay that is over is not resumed",
		find: `elseif not set and v.began and over(v) then`, replace: `elseif false then`,
	},
	{
		name: "over-call-needs-no-guard", file: "claim.lua", what: "a claim of a call that is over needs no seed",
		find: "  local no = guard(mapping, p.epoch, p.number, p.order)\n  if no then\n    return no\n  end\n  v.again = NOW", replace: `  v.again = NOW`,
	},
	{
		name: "renew-after-the-end", file: "renew.lua", what: "a stay goes on behind its end",
		find: `if v.set == ENDED then`, replace: `if false then`,
	},
	{
		name: "renew-leaves-the-door", file: "renew.lua", what: "a request of a stay that is over takes the turn at the door",
		find: `if not (door and over(v)) then`, replace: `if true then`,
	},
	{
		name: "renew-stays-at-the-door", file: "renew.lua", what: "a stay that lives again stands at the door",
		find: `if not (door and over(v)) then`, replace: `if not door then`,
	},
	{
		name: "renew-max-leaves", file: "renew.lua", what: "a stay that is told of beyond its Max is not ended",
		find: "    finish(v, BY_EXPIRED)\n", replace: ``,
	},
	{
		name: "finish-twice", file: "report.lua", what: "whoever finishes twice counts twice",
		find: `finish(v, BY_FINISHED) and 1 or 0`, replace: `finish(v, BY_FINISHED) and 1 or 1`,
	},
	{
		name: "booking-counts-one", file: "report.lua", what: "a booking of two counts one",
		find: `counts(kind == 1 and count or -count)`, replace: `counts(kind == 1 and 1 or -count)`,
	},
	{
		name: "total-adds", file: "report.lua", what: "a total is added",
		find: `totals = count, room.reports`, replace: `totals = room.booked + count, room.reports`,
	},
	{
		name: "ref-forgotten-at-once", file: "report.lua", what: "a reference counts again in the next batch",
		find: "send('ZADD', REFS, noted)\n", replace: ``,
	},
	{
		name: "act-again", file: "move.lua", what: "an act that is repeated takes effect again",
		find: `if not (has(REFS) and call('ZSCORE', KEYS[REFS], ref)) then`, replace: `if true then`,
	},
	{
		name: "removed-twice", file: "move.lua", what: "who is removed twice has left twice",
		find: `finish(v, BY_REMOVED) and 1 or 0`, replace: `finish(v, BY_REMOVED) and 1 or 1`,
	},
	{
		name: "called-not-to-front", file: "move.lua", what: "an operator brings no call to the front",
		find: `v.set == LAPSED or v.set == CALLS then`, replace: `v.set == LAPSED then`,
	},
	{
		name: "ended-handed", file: "move.lua", what: "an ended ticket is handed over",
		find: "if v.set == ENDED then\n    return", replace: "if false then\n    return",
	},
	{
		name: "hand-loses-lapse", file: "move.lua", what: "a hand-over forgets that a call has lapsed",
		find: `'told', 'again' }`, replace: `'told' }`,
	},
	{
		name: "hand-loses-codes", file: "move.lua", what: "a hand-over loses the codes",
		find: "  hand_codes(id, to)\n", replace: ``,
	},
	{
		name: "hand-leaves-order", file: "move.lua", what: "a hand-over leaves the order with the old id",
		find: "  v.noted = false\n", replace: ``,
	},
	{
		name: "hand-to-a-code", file: "move.lua", what: "a place is handed over to an id that used a code",
		find: ` or codes_of(to)`, replace: ``,
	},
	{
		name: "find-end-with-reason", file: "find.lua", what: "the time of an end is told with its reason",
		find: `return floor(v.at / REASONS)`, replace: `return v.at`,
	},
	{
		name: "code-in-lobby-waits", file: "join_known.lua", what: "who repeats an arrival in a lobby waits",
		find: `or in_lobby(use.epoch, use.number) and IS_LOBBY`, replace: `or false`,
	},
	{
		name: "code-place-unknown", file: "join_known.lua", what: "who repeats an arrival with a code is unknown",
		find: `if state == IS_UNKNOWN then`, replace: `if false then`,
	},
}
