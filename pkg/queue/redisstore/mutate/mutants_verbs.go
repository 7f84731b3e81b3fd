package main

// inVerbs are faults in the verbs and in the snapshot.
var inVerbs = []mutant{
	{
		name: "join-past-line", file: "join.lua", what: "arrivals go straight in while others wait",
		find: "call('ZCARD', LINE) == 0 and ", replace: "",
	},
	{
		name: "join-past-front", file: "join.lua", what: "arrivals go straight in before those in front",
		find: " and call('ZCARD', FRONT) == 0", replace: "",
	},
	{
		name: "join-unfilled", file: "join.lua", what: "arrivals find the bucket as the last call left it",
		find: "fill()\n", replace: "",
	},
	{
		name: "join-all-free", file: "join.lua", what: "one free call lets a whole batch in",
		find: "      free = free - 1\n", replace: "",
	},
	{
		name: "join-for-nothing", file: "join.lua", what: "going straight in costs no credit",
		find: "  room.credit = room.credit - UNITS\n", replace: "",
	},
	{
		name: "join-uncalled", file: "join.lua", what: "going straight in does not count as a call",
		find: "  room.called = room.called + 1\n", replace: "",
	},
	{
		name: "join-headless", file: "join.lua", what: "going straight in does not raise the head",
		find: "  raise_head(number())\n", replace: "  number()\n",
	},
	{
		name: "join-old-epoch", file: "join.lua", what: "a place in line from an earlier epoch is answered with a number",
		find: "if not place or place <= base then", replace: "if not place then",
	},
	{
		name: "join-number-zero", file: "join.lua", what: "a place at the very end of an earlier epoch is answered as number 0",
		find: "place <= base", replace: "place < base",
	},
	{
		name: "join-no-beat", file: "join.lua", what: "a repeated arrival is no heartbeat",
		find: "  beat(id, PRESENT)\n", replace: "",
	},

	{
		name: "join-torn", file: "join.lua", what: "an arrival goes straight into a room whose line is gone",
		find: " or torn()", replace: "",
	},
	{
		name: "advance-bereft", file: "advance.lua", what: "a tick goes on in a room that lacks a key",
		find: " or bereft()", replace: "",
	},
	{
		name: "bereft-forgets-old", file: "prelude.lua", what: "what a gateway left that does not count is taken for a loss after a pause",
		find: "call('ZRANGE', GATEWAYS, 0, -1)", replace: "call('ZRANGEBYSCORE', GATEWAYS, above(NOW - GATEWAY_LIFE), '+inf')",
	},
	{
		name: "save-stale-count", file: "prelude.lua", what: "who may not count keys leaves the count of somebody else",
		find: "call('HDEL', ROOM, 'keys')", replace: "",
	},
	{
		name: "advance-born-ahead", file: "advance.lua", what: "a line is begun in the future when the clock steps back",
		find: "min(room.born, NOW)", replace: "room.born",
	},
	{
		name: "restore-no-hold", file: "restore.lua", what: "a room that began without a watermark does not wait for the line before",
		find: "room.hold = max(room.hold, room.born + HOLD)", replace: "room.hold = room.hold",
	},
	{
		name: "advance-gap-ignored", file: "advance.lua", what: "people are passed over after nobody was heard for long",
		find: "NOW - room.tick > ABSENT / 2", replace: "false",
	},
	{
		name: "advance-gap-at-half", file: "advance.lua", what: "half the absence is a gap",
		find: "NOW - room.tick > ABSENT / 2", replace: "NOW - room.tick >= ABSENT / 2",
	},
	{
		name: "advance-tick-stays", file: "advance.lua", what: "a tick is not noted",
		find: "room.tick = NOW\n", replace: "",
	},
	{
		name: "restore-keeps-torn", file: "restore.lua", what: "heartbeats without their places stay after a loss",
		find: "      call('UNLINK', name, heartbeats)\n", replace: "",
	},
	{
		name: "restore-keeps-stays", file: "restore.lua", what: "stays without their tickets stay after a loss",
		find: "    call('UNLINK', INSIDE)\n", replace: "",
	},
	{
		name: "restore-same-epoch", file: "restore.lua", what: "a room that lacks keys goes on in its epoch",
		find: "  elsewhere = true\n", replace: "",
	},
	{
		name: "restore-keeps-numbers", file: "restore.lua", what: "a healed room goes on with numbers that a fault has multiplied",
		find: "  room.last = carry(0, room.last)\n", replace: "",
	},
	{
		name: "ended-at-the-end", file: "figures.lua", what: "the snapshot names the ended a millisecond longer",
		find: "above(NOW + LIFE - ENDED_FOR)", replace: "text(NOW + LIFE - ENDED_FOR)",
	},
	{
		name: "ended-without-bound", file: "figures.lua", what: "the snapshot names everybody who ended",
		find: "'LIMIT', 0, MAX_ENDED", replace: "'LIMIT', 0, -1",
	},
	{
		name: "keep-at-deadline", file: "keep.lua", what: "a call is answered at its deadline",
		find: "tonumber(at[id]) > NOW", replace: "tonumber(at[id]) >= NOW",
	},
	{
		name: "keep-away-returns", file: "keep.lua", what: "closing the page brings a missed place to the front",
		find: "name == MISSED and not away then", replace: "name == MISSED then",
	},
	{
		name: "keep-lapsed-returns", file: "keep.lua", what: "a heartbeat brings an unclaimed call to the front",
		find: "name == MISSED and not away then", replace: "(name == MISSED or name == LAPSED) and not away then",
	},
	{
		name: "keep-away-ignored", file: "keep.lua", what: "closing the page is a heartbeat",
		find: "beat(id, away and AWAY or PRESENT)", replace: "beat(id, PRESENT)",
	},
	{
		name: "keep-front-in-line", file: "keep.lua", what: "those in front are told that they are in line",
		find: "return name == LINE and 'w' or 'f'", replace: "return 'w'",
	},
	{
		name: "keep-other-order", file: "keep.lua", what: "a missed place comes back one place later",
		find: "order_of(ticket(i)))", replace: "order_of(ticket(i)) + 1)",
	},

	{
		name: "claim-at-deadline", file: "claim.lua", what: "a call can be claimed at its deadline",
		find: "tonumber(at[id]) > NOW", replace: "tonumber(at[id]) >= NOW",
	},
	{
		name: "claim-lapsed-lost", file: "claim.lua", what: "an unclaimed call cannot be claimed later",
		find: " or name == LAPSED", replace: "",
	},
	{
		name: "claim-uncounted", file: "claim.lua", what: "claims are not counted",
		find: "    room.admitted = room.admitted + 1\n", replace: "",
	},
	{
		name: "claim-no-beat", file: "claim.lua", what: "a claim that is too early is no heartbeat",
		find: "    beat(id, PRESENT)\n", replace: "",
	},
	{
		name: "claim-away", file: "claim.lua", what: "a place restored by a claim counts as absent",
		find: "restore(id, epoch, number, false)", replace: "restore(id, epoch, number, true)",
	},
	{
		name: "claim-unlimited", file: "claim.lua", what: "a stay lasts as long as the ticket",
		find: "admit(id, NOW + IDLE)", replace: "admit(id, NOW + LIFE)",
	},

	{
		name: "renew-ended", file: "renew.lua", what: "an ended ticket can be renewed",
		find: "if set[id] == ENDED then", replace: "if false then",
	},
	{
		name: "renew-uncapped", file: "renew.lua", what: "stays are renewed beyond their latest end",
		find: "if cap > 0 then", replace: "if false then",
	},
	{
		name: "renew-shortens", file: "renew.lua", what: "a renewal can shorten a stay",
		find: "max(ends, stay[id] or ends)", replace: "ends",
	},

	{
		name: "advance-behind", file: "advance.lua", what: "a store that is behind a gateway goes on",
		find: " or behind(tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11]))", replace: "",
	},
	{
		name: "advance-unfilled", file: "advance.lua", what: "the bucket is not filled",
		find: "fill()\n", replace: "",
	},
	{
		name: "advance-few-lapse", file: "advance.lua", what: "fewer calls than allowed lapse at a time",
		find: "'LIMIT', 0, MAX_SCAN)", replace: "'LIMIT', 0, MAX_CALLS)",
	},
	{
		name: "advance-all-lapse", file: "advance.lua", what: "any number of calls lapse at a time",
		find: ", 'LIMIT', 0, MAX_SCAN)", replace: ")",
	},
	{
		name: "advance-lapse-to-missed", file: "advance.lua", what: "calls that are not claimed come back by a heartbeat",
		find: "pass(CALLS, NOW, LAPSED)", replace: "pass(CALLS, NOW, MISSED)",
	},
	{
		name: "advance-lapse-late", file: "advance.lua", what: "a call lapses a millisecond late",
		find: "pass(CALLS, NOW, LAPSED)", replace: "pass(CALLS, NOW - 1, LAPSED)",
	},
	{
		name: "advance-behind-head", file: "advance.lua", what: "places before the head are called from the line",
		find: "pass(LINE, room.head, MISSED)\n", replace: "",
	},
	{
		name: "advance-no-limit", file: "advance.lua", what: "any number of places is called at once",
		find: "min(allowance(), MAX_CALLS)", replace: "allowance()",
	},
	{
		name: "advance-no-scan-limit", file: "advance.lua", what: "any number of absent places is passed over at once",
		find: "    scan = scan - #looked\n", replace: "",
	},
	{
		name: "advance-scan-twice", file: "advance.lua", what: "line and front may each be looked at as far as allowed",
		find: "  return left, scan\n", replace: "  return left, MAX_SCAN\n",
	},
	{
		name: "advance-absent-at-limit", file: "advance.lua", what: "a place is present a millisecond longer",
		find: "heard + ABSENT > NOW", replace: "heard + ABSENT >= NOW",
	},
	{
		name: "advance-away-early", file: "advance.lua", what: "a place that is away is present while the clock is young",
		find: "heard > 0 and heard + ABSENT", replace: "heard + ABSENT",
	},
	{
		name: "advance-calls-absent", file: "advance.lua", what: "absent places are called",
		find: "if heard > 0 and heard + ABSENT > NOW then", replace: "if true then",
	},
	{
		name: "advance-line-first", file: "advance.lua", what: "the line is called before those in front",
		find:    "take(LINE, take(FRONT, min(allowance(), MAX_CALLS), MAX_SCAN))",
		replace: "take(FRONT, take(LINE, min(allowance(), MAX_CALLS), MAX_SCAN))",
	},
	{
		name: "advance-head-of-called", file: "advance.lua", what: "absent places do not raise the head",
		find: "if name == LINE then", replace: "if name == LINE and #called > 0 then",
	},
	{
		name: "advance-front-raises", file: "advance.lua", what: "those in front raise the head",
		find: "if name == LINE then", replace: "if true then",
		equivalent: "the head has passed all of them",
	},
	{
		name: "advance-for-nothing", file: "advance.lua", what: "calls cost no credit",
		find: "room.credit - #called * UNITS", replace: "room.credit",
	},
	{
		name: "advance-absent-cost", file: "advance.lua", what: "absent places cost credit",
		find: "room.credit - #called * UNITS", replace: "room.credit - #looked * UNITS",
	},
	{
		name: "advance-other-window", file: "advance.lua", what: "a call can be claimed as long as a place may be absent",
		find: "NOW + WINDOW", replace: "NOW + ABSENT",
	},
	{
		name: "advance-reads-too-few", file: "advance.lua", what: "only as many places are looked at as may be called",
		find: "    step = step * 2\n", replace: "    scan = 0\n",
	},
	{
		name: "advance-lapsed-forever", file: "advance.lua", what: "unclaimed calls are never forgotten",
		find: "{ INSIDE, SPENT, ENDED, MISSED, LAPSED }", replace: "{ INSIDE, SPENT, ENDED, MISSED }",
	},
	{
		name: "advance-ended-forever", file: "advance.lua", what: "ended tickets are never forgotten",
		find: "{ INSIDE, SPENT, ENDED, MISSED, LAPSED }", replace: "{ INSIDE, SPENT, MISSED, LAPSED }",
	},
	{
		name: "advance-stay-forever", file: "advance.lua", what: "stays are never forgotten",
		find: "{ INSIDE, SPENT, ENDED, MISSED, LAPSED }", replace: "{ SPENT, ENDED, MISSED, LAPSED }",
	},
	{
		name: "advance-forgets-late", file: "advance.lua", what: "things are forgotten a millisecond late",
		find: "call('ZREMRANGEBYSCORE', name, '-inf', text(NOW))", replace: "call('ZREMRANGEBYSCORE', name, '-inf', text(NOW - 1))",
	},
	{
		name: "advance-gateway-unseen", file: "advance.lua", what: "gateways are not noted",
		find: "  call('ZADD', GATEWAYS, NOW, ARGV[8])\n", replace: "",
	},
	{
		name: "advance-gateways-forever", file: "advance.lua", what: "gateways are never forgotten",
		find: "call('ZREMRANGEBYSCORE', GATEWAYS, '-inf', text(NOW - GATEWAY_LIFE))\n", replace: "",
	},
	{
		name: "advance-nameless", file: "advance.lua", what: "a gateway without a name is counted",
		find: "if ARGV[8] ~= '' then", replace: "if true then",
	},

	{
		name: "control-older", file: "control.lua", what: "a change of a version to come is accepted",
		find: "tonumber(ARGV[8]) ~= room.version", replace: "tonumber(ARGV[8]) < room.version",
	},
	{
		name: "control-unseen", file: "control.lua", what: "a change of an older version is accepted",
		find: "tonumber(ARGV[8]) ~= room.version", replace: "tonumber(ARGV[8]) > room.version",
	},
	{
		name: "control-unfilled", file: "control.lua", what: "a new pace counts for the time before it",
		find: "fill()\n", replace: "",
	},
	{
		name: "control-same-version", file: "control.lua", what: "a change keeps the version",
		find: "room.version = room.version + 1\n", replace: "",
	},
	{
		name: "control-no-message", file: "control.lua", what: "a change keeps the message",
		find: "'message', ARGV[13], ", replace: "",
	},
	{
		name: "control-no-notes", file: "control.lua", what: "a change keeps the notes of the gateways",
		find: ", 'notes', ARGV[15]", replace: "",
	},
	{
		name: "control-no-values-hash", file: "control.lua", what: "a change keeps the hash of the configuration's values",
		find: "'seed', ARGV[14], ", replace: "",
	},
	{
		name: "restore-no-notes", file: "restore.lua", what: "a rebuilt room has no notes of the gateways",
		find: ", 'notes', ARGV[20]", replace: "",
	},

	{
		name: "snapshot-first-1001", file: "figures.lua", what: "the snapshot knows one place too many exactly",
		find: "SKETCH_EXACT - 1,", replace: "SKETCH_EXACT,",
	},
	{
		name: "snapshot-over-calls", file: "figures.lua", what: "the snapshot counts calls that are over",
		find: "live(CALLS)", replace: "call('ZCARD', CALLS)",
	},
	{
		name: "snapshot-over-stays", file: "figures.lua", what: "the snapshot counts stays that are over",
		find: "live(INSIDE)", replace: "call('ZCARD', INSIDE)",
	},
	{
		name: "snapshot-old-gateways", file: "figures.lua", what: "the snapshot counts gateways that are gone",
		find: "above(NOW - GATEWAY_LIFE)", replace: "'-inf'",
	},

	{
		name: "restore-grace-always", file: "restore.lua", what: "a room with a past begins with the grace only",
		find: "if fresh and epoch == 0 then", replace: "if fresh then",
	},
	{
		name: "restore-no-grace", file: "restore.lua", what: "a room without a past begins with the hold",
		find: "if fresh and epoch == 0 then", replace: "if false then",
	},
	{
		name: "restore-keeps-credit", file: "restore.lua", what: "a healed room keeps its credit",
		find: "room.credit, room.mark, room.tick, room.born = 0, NOW, NOW, NOW", replace: "room.mark, room.tick, room.born = NOW, NOW, NOW",
	},
	{
		name: "restore-old-birth", file: "restore.lua", what: "a healed room keeps the time it was born",
		find: "room.credit, room.mark, room.tick, room.born = 0, NOW, NOW, NOW", replace: "room.credit, room.mark = 0, NOW",
	},
	{
		name: "restore-shorter-hold", file: "restore.lua", what: "healing can end a hold early",
		find: "room.hold = max(room.hold, NOW + hold)", replace: "room.hold = NOW + hold",
	},
	{
		name: "restore-ceiling-unseen", file: "restore.lua", what: "the new epoch does not follow the highest number a gateway could not see",
		find: ", order_of(epoch, ceiling))", replace: ")",
	},
	{
		name: "restore-last-unseen", file: "restore.lua", what: "the new epoch does not follow the numbers of the room",
		find: "order_of(room.epoch, room.last), ", replace: "",
	},
	{
		name: "restore-head-unseen", file: "restore.lua", what: "the new epoch does not follow the heads",
		find: "max(room.head, head, order_of", replace: "max(order_of",
	},
	{
		name: "restore-older-ignored", file: "restore.lua", what: "a gateway of an earlier epoch is not listened to",
		find: " or epoch ~= 0 and epoch < room.epoch then", replace: " then",
	},
	{
		name: "restore-all-heard", file: "restore.lua", what: "a gateway that is not ahead raises the last number",
		find: "if fresh or ahead or epoch ~= 0 and epoch < room.epoch then", replace: "if true then",
	},
	{
		name: "restore-head-falls", file: "restore.lua", what: "the head is taken from a gateway that is behind",
		find: "if head > room.head then", replace: "if true then",
	},
	{
		name: "restore-same-control", file: "restore.lua", what: "a control document of the same version replaces the stored one",
		find: "version > room.version", replace: "version >= room.version",
	},
	{
		name: "restore-leftovers", file: "restore.lua", what: "sets that lost their room come back with it",
		find: "  call('UNLINK', unpack(KEYS))\n", replace: "",
	},
}
