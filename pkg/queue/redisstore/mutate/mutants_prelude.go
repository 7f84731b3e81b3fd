package main

// inPrelude are faults in what the verbs share.
var inPrelude = []mutant{
	{
		name: "server-not-compared", file: "prelude.lua", what: "a server goes on with what another one has left it",
		find: "name and before and before ~= name", replace: "false",
	},
	{
		name: "server-not-noted", file: "prelude.lua", what: "the server that holds a room is not written down",
		find: "room.server ~= loaded.server", replace: "false",
	},
	{
		name: "step-back-takes", file: "prelude.lua", what: "a clock that steps back takes credit",
		find: "max(0, NOW - room.mark) * room.rate", replace: "(NOW - room.mark) * room.rate",
	},
	{
		name: "no-burst", file: "prelude.lua", what: "the bucket never overflows",
		find: "min(room.burst * UNITS, room.credit + gained)", replace: "room.credit + gained",
	},
	{
		name: "mark-stays", file: "prelude.lua", what: "a clock that steps back stops the bucket until it is where it was",
		find: "room.mark = NOW\nend", replace: "room.mark = max(room.mark, NOW)\nend",
	},
	{
		name: "hold-too-long", file: "prelude.lua", what: "the hold lasts a millisecond longer",
		find: "NOW < room.hold", replace: "NOW <= room.hold",
	},
	{
		name: "no-hold", file: "prelude.lua", what: "a hold keeps nobody back",
		find: " or NOW < room.hold", replace: "",
	},
	{
		name: "no-pause", file: "prelude.lua", what: "a paused room calls",
		find: "room.mode ~= 'run' or ", replace: "",
	},
	{
		name: "rate-0-calls", file: "prelude.lua", what: "a rate of 0 lets the burst in",
		find: " or room.rate == 0", replace: "",
	},
	{
		name: "carries-too-much", file: "prelude.lua", what: "numbers that a fault has multiplied are carried into the next epoch",
		find: "return n > MAX_CARRIED and last or max(last, n)", replace: "return max(last, n)",
	},
	{
		name: "carries-one-less", file: "prelude.lua", what: "the highest number that is carried is not",
		find: "n > MAX_CARRIED", replace: "n >= MAX_CARRIED",
	},
	{
		name: "own-epoch-not-raised", file: "prelude.lua", what: "a ticket of this epoch raises the last number by the rule for others",
		find: "  if epoch == room.epoch then\n    room.last = max(room.last, number)", replace: "  if epoch == room.epoch then\n    room.last = carry(room.last, number)",
	},
	{
		name: "line-apart", file: "prelude.lua", what: "a line that is gone without its heartbeats is not noticed",
		find: "return apart(LINE) or ", replace: "return ",
	},
	{
		name: "front-apart", file: "prelude.lua", what: "a front that is gone without its heartbeats is not noticed by an arrival",
		find: "apart(LINE) or apart(FRONT)", replace: "apart(LINE)",
	},
	{
		name: "keys-uncounted", file: "prelude.lua", what: "how many keys there are is not written down",
		find: "  if there and there ~= room.keys then", replace: "  if false then",
	},
	{
		name: "keys-uncompared", file: "prelude.lua", what: "a key that is gone is not noticed",
		find: "not there or there == room.keys", replace: "true",
	},
	{
		name: "keys-beside-others", file: "prelude.lua", what: "a gateway that does not count keys makes the room a lost one",
		find: "    if string.sub(name, 1, #COUNTS) ~= COUNTS then\n      return false\n    end\n", replace: "",
	},
	{
		name: "live-at-its-end", file: "prelude.lua", what: "calls and stays are live at the time they end",
		find: "call('ZCOUNT', key, above(NOW)", replace: "call('ZCOUNT', key, text(NOW)",
	},
	{
		name: "calls-beyond-inside", file: "prelude.lua", what: "max inside does not count open calls",
		find: " - live(CALLS))", replace: ")",
	},
	{
		name: "stays-beyond-inside", file: "prelude.lua", what: "max inside does not count stays",
		find: " - live(INSIDE)", replace: "",
	},
	{
		name: "number-of-another-epoch", file: "prelude.lua", what: "the head's number is taken from places of earlier epochs too",
		find: "if order > order_of(room.epoch, 0) then", replace: "if true then",
	},
	{
		name: "head-falls", file: "prelude.lua", what: "the head goes back to a place before it",
		find: "if order > room.head then", replace: "if true then",
	},
	{
		name: "ahead-when-equal", file: "prelude.lua", what: "a gateway that remembers as much as the store is ahead of it",
		find: "last > room.last", replace: "last >= room.last",
	},
	{
		name: "head-not-compared", file: "prelude.lua", what: "a store whose head is behind a gateway's goes on",
		find: " or head > room.head)", replace: ")",
	},
	{
		name: "epoch-not-compared", file: "prelude.lua", what: "a store whose epoch is behind a gateway's goes on",
		find: "return epoch > room.epoch or ", replace: "return ",
	},
	{
		name: "epoch-again", file: "prelude.lua", what: "a new epoch may be the one before",
		find: "epoch + 1, floor(highest", replace: "epoch, floor(highest",
		equivalent: "the highest order is always one of that epoch or a later one",
	},
	{
		name: "epoch-too-low", file: "prelude.lua", what: "a new epoch may begin below orders that were given",
		find: ", floor(highest / EPOCH_SPAN) + 1)", replace: ")",
	},
	{
		name: "epoch-without-clock", file: "prelude.lua", what: "a new epoch does not follow the clock",
		find: "max(1, floor((NOW - EPOCH_ZERO) / 1000), epoch + 1", replace: "max(1, epoch + 1",
	},
	{
		name: "text-of-14-digits", file: "prelude.lua", what: "bounds lose their last digits",
		find: "return string.format('%.0f', n)", replace: "return string.format('%.14g', n)",
	},
	{
		name: "seconds-only", file: "prelude.lua", what: "the server's clock has no milliseconds",
		find: " + floor(tonumber(time[2]) / 1000)", replace: "",
	},
	{
		name: "odd-chunks", file: "prelude.lua", what: "chunks cut pairs in two",
		find: "CHUNK = 1024", replace: "CHUNK = 1023",
	},
	{
		name: "no-chunks", file: "prelude.lua", what: "long lists go to a command whole",
		find: "CHUNK = 1024", replace: "CHUNK = 100000",
	},
	{
		name: "lapsed-unknown", file: "prelude.lua", what: "lapsed visitors are unknown",
		find: "{ CALLS, MISSED, LAPSED, SPENT, ENDED }", replace: "{ CALLS, MISSED, SPENT, ENDED }",
	},
	{
		name: "front-unknown", file: "prelude.lua", what: "visitors in front are unknown",
		find: "rest = look(rest, FRONT, 'HMGET', BACK)", replace: "",
	},
	{
		name: "stay-not-found", file: "prelude.lua", what: "the stay of a spent ticket is not looked up",
		find: "if #spent > 0 then", replace: "if #spent > 1 then",
	},
	{
		name: "stay-outlives-ticket", file: "prelude.lua", what: "a ticket is forgotten before the stay it bought ends",
		find: "max(NOW + LIFE, ends)", replace: "NOW + LIFE",
	},
	{
		name: "stay-not-ended", file: "prelude.lua", what: "an ended ticket keeps its stay",
		find: "table.insert(gone[INSIDE], id)", replace: "",
	},
	{
		name: "two-sets", file: "prelude.lua", what: "a visitor who moves stays in the old set",
		find: "table.insert(gone[old], id)", replace: "",
	},
	{
		name: "heartbeat-left-behind", file: "prelude.lua", what: "a visitor who moves leaves the heartbeat behind",
		find: "table.insert(quiet[HEARTBEATS[old]], id)", replace: "",
	},
	{
		name: "heartbeat-lost", file: "prelude.lua", what: "heartbeats are not written",
		find: "add_pair(heard[HEARTBEATS[set[id]]], id, at[id])", replace: "",
	},
	{
		name: "origin-overwritten", file: "prelude.lua", what: "a visitor who moves twice in a batch stays in the first set",
		find: "if origin[id] == nil then", replace: "if true then",
	},
	{
		name: "restored-number-forgotten", file: "prelude.lua", what: "a restored place does not raise the last number",
		find: "  room.last = max(room.last, number)\n", replace: "",
	},
	{
		name: "hold-from-now", file: "prelude.lua", what: "every place of an earlier epoch begins the hold again",
		find: "room.born + HOLD", replace: "NOW + HOLD",
	},
	{
		name: "no-hold-after-loss", file: "prelude.lua", what: "a place of a later epoch begins no hold",
		find: "    room.hold = max(room.hold, NOW + HOLD)\n  end", replace: "  end",
	},
	{
		name: "epoch-without-birth", file: "prelude.lua", what: "a place of a later epoch does not begin the room's time anew",
		find: "room.epoch, room.born = next_epoch(epoch, place), NOW", replace: "room.epoch = next_epoch(epoch, place)",
	},
	{
		name: "head-in-line", file: "prelude.lua", what: "the head's own place is restored into the line",
		find: "if place > room.head then", replace: "if place >= room.head then",
	},
	{
		name: "away-to-front", file: "prelude.lua", what: "a place restored while away is called next",
		find: "  elseif away then\n    put(id, MISSED, FORGET)\n    return 'm'\n", replace: "",
	},
	{
		name: "away-is-present", file: "prelude.lua", what: "a place restored while away counts as present",
		find: "away and AWAY or PRESENT, place)", replace: "PRESENT, place)",
	},
	{
		name: "inside-at-its-end", file: "prelude.lua", what: "a stay is answered at the time it ends",
		find: "stay[id] > NOW", replace: "stay[id] >= NOW",
	},
	{
		name: "ended-counted-twice", file: "prelude.lua", what: "what is ended twice counts twice",
		find: "if set[id] ~= ENDED then", replace: "if true then",
	},
	{
		name: "ended-once", file: "prelude.lua", what: "only unknown visitors count as ended",
		find: "if set[id] ~= ENDED then", replace: "if not set[id] then",
	},
	{
		name: "ended-forgotten-early", file: "prelude.lua", what: "an ended ticket lives as long as a stay",
		find: "put(id, ENDED, FORGET)", replace: "put(id, ENDED, text(NOW + IDLE))",
	},
	{
		name: "document-without-notes", file: "prelude.lua", what: "a document of an earlier release cannot be read",
		find: "texts[3] or ''", replace: "texts[3]",
	},
}
