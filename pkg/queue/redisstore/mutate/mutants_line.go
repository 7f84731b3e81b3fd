package main

// inLine are faults in what a tick does with places: calling, passing over, forgetting.
var inLine = []mutant{
	{
		name: "sunk-are-missed", file: "calling.lua", what: "places that the floor has ended have missed their turn",
		find: `order > rules.floor and missed or ended`, replace: `missed`,
	},
	{
		name: "sunk-lapse-loses-order", file: "calling.lua", what: "the order of a place below the floor is forgotten though its lapse is known",
		find: "  note_orders(remembered, orders)\n", replace: ``,
	},
	{
		name: "sunk-order-noted", file: "calling.lua", what: "the orders of places below the floor are kept",
		find: `note_orders(remembered, orders)`, replace: `note_orders(ended, orders)`,
	},
	{
		name: "front-below-floor-stays", file: "calling.lua", what: "places in front below the floor stay",
		find: `if rules.floor > 0 and room.sunk == 1 then`, replace: `if false then`,
	},
	{
		name: "sunk-forgotten", file: "calling.lua", what: "that more places lie below the floor is forgotten",
		find: `if left > 0 and front < MAX_SCAN then`, replace: `if true then`,
	},
	{
		name: "scan-without-end", file: "calling.lua", what: "a tick looks at any number of places",
		find: "if scan == 0 then\n      return false\n    end\n", replace: ``,
	},
	{
		name: "lanes-before-front", file: "calling.lua", what: "those who came back wait behind the lanes",
		find: `next_in_front(front) or next_in_lanes(readers)`, replace: `next_in_lanes(readers) or next_in_front(front)`,
	},
	{
		name: "weights-ignored", file: "calling.lua", what: "all lanes have one weight",
		find: `lanes[lane + 17] = lanes[lane + 17] + rules.weight[lane + 1]`, replace: `lanes[lane + 17] = lanes[lane + 17] + 1`,
	},
	{
		name: "shares-to-the-half", file: "calling.lua", what: "a lane is called again before it has paid for its turn",
		find:    `readers[best].offer = lanes[best + 17] - sum, nil`,
		replace: `readers[best].offer = lanes[best + 17] - ((lanes[best + 17] > sum / 2) and sum or 0), nil`,
	},
	{
		name: "turns-of-the-absent", file: "calling.lua", what: "a lane saves up turns while nobody is there",
		find:    "    if readers[lane].offer then\n      lanes[lane + 17] = lanes[lane + 17] + rules.weight[lane + 1]\n",
		replace: "    lanes[lane + 17] = lanes[lane + 17] + rules.weight[lane + 1]\n    if readers[lane].offer then\n",
	},
	{
		name: "called-not-counted", file: "calling.lua", what: "calls are not counted",
		find: "room.called = room.called + #calls\n", replace: ``,
	},
	{
		name: "refs-kept", file: "forget.lua", what: "references are never forgotten",
		find: "  forget(REFS, aged)\n", replace: ``,
	},
	{
		name: "lapse-outlives-order", file: "forget.lua", what: "an order is forgotten though a lapse is known",
		find: `forget_orders(without(gone, AGAIN))`, replace: `forget_orders(gone)`,
	},
	{
		name: "lapse-takes-order", file: "forget.lua", what: "a lapse that is forgotten takes the order of a known visitor along",
		find: "    lapses = without(lapses, i)\n", replace: ``,
	},
	{
		name: "lapse-leaves-order", file: "forget.lua", what: "an order outlives all that is known of its visitor",
		find: "  forget_orders(lapses)\n", replace: ``,
	},
	{
		name: "stay-outlives-ticket", file: "forget.lua", what: "a stay is known whose ticket is forgotten",
		find: "      send('ZREM', i, spent)\n", replace: ``,
	},
	{
		name: "resume-is-called", file: "forget.lua", what: "a resume that loses its turn at the door becomes a call",
		find: `ipairs(without(ids, SPENT))`, replace: `ipairs(ids)`,
	},
	{
		name: "door-calls-anew", file: "forget.lua", what: "who loses the turn at the door is called anew",
		find: `add_pair(calls, last[id], id)`, replace: `add_pair(calls, NOW, id)`,
	},
	{
		name: "twice-keeps-lapse", file: "forget.lua", what: "a second lapse leaves the first behind its end",
		find: "  send('ZREM', AGAIN, twice)\n", replace: ``,
	},
}
