package main

// inRestore are faults in what brings a room back, and in how a loss is noticed.
var inRestore = []mutant{
	{
		name: "loss-hides-set-back", file: "restore.lua", what: "a loss hides that the clock was set back",
		find: `max(room.tick, NOW), NOW`, replace: `NOW, NOW`,
	},
	{
		name: "server-not-compared", file: "loss.lua", what: "a server goes on with what another one has left it",
		find: `return before and sub(before, 41) ~= process`, replace: `return false`,
	},
	{
		name: "torn-ignored", file: "loss.lua", what: "places without their heartbeats are not noticed",
		find: `return places ~= size(SEEN) or`, replace: `return`,
	},
	{
		name: "front-torn-ignored", file: "loss.lua", what: "a front without its heartbeats is not noticed",
		find: `places ~= size(SEEN) or size(FRONT) ~= size(BACK)`, replace: `places ~= size(SEEN)`,
	},
	{
		name: "restore-grace", file: "restore.lua", what: "a room that is restored waits for the grace alone",
		find: `m.epoch == 0 and rules.grace or rules.hold`, replace: `rules.grace`,
	},
	{
		name: "restore-made", file: "restore.lua", what: "a room that remembers steps catches up with the floors",
		find: `m.cursor == 0 and NOW or 0`, replace: `NOW`,
	},
	{
		name: "restore-document-older", file: "restore.lua", what: "a document of the same version replaces the stored one",
		find: `tonumber(ARGV[10]) > rules.version`, replace: `tonumber(ARGV[10]) >= rules.version`,
	},
	{
		name: "restore-keeps-credit", file: "restore.lua", what: "a room that is raised keeps its credit",
		find: `room.credit, room.callcredit, room.mark, room.tick, room.born = 0, 0, NOW, max(room.tick, NOW), NOW`, replace: `room.mark, room.tick, room.born = NOW, max(room.tick, NOW), NOW`,
	},
	{
		name: "restore-holds-not", file: "restore.lua", what: "a room that is raised holds nothing",
		find: "room.hold = max(room.hold, NOW + rules.hold)\n", replace: ``,
	},
	{
		name: "unite-rank", file: "unite.lua", what: "the lower rank of an opening stands",
		find: `d.rank > have.rank`, replace: `d.rank < have.rank`,
	},
	{
		name: "unite-open", file: "unite.lua", what: "a segment that one record has closed stays open",
		find: `have.open = min(have.open, s.open)`, replace: `have.open = max(have.open, s.open)`,
	},
	{
		name: "unite-unknown", file: "unite.lua", what: "a draw that is not known replaces a known one",
		find: `d.known > have.known`, replace: `d.known < have.known`,
	},
	{
		name: "unite-later", file: "unite.lua", what: "the later of two draws stands",
		find: `d.frozen < have.frozen`, replace: `d.frozen > have.frozen`,
	},
	{
		name: "unite-fewer-reports", file: "unite.lua", what: "fewer reports in the rest say what is booked",
		find: `its_reports > reports`, replace: `its_reports < reports`,
	},
	{
		name: "unite-fewer-totals", file: "unite.lua", what: "a record that has not heard of a total says what is booked",
		find: `their_totals > totals`, replace: `their_totals < totals`,
	},
	{
		name: "unite-lower-tally", file: "unite.lua", what: "the lower one of two tallies stands",
		find: `t.reports > tallies[name].reports`, replace: `t.reports < tallies[name].reports`,
	},
	{
		name: "unite-own-tallies", file: "unite.lua", what: "what only the watermark knows of a gateway is forgotten",
		find: `not tallies[name] or`, replace: `tallies[name] and`,
	},
	{
		name: "unite-older-rest", file: "unite.lua", what: "a record of fewer steps says the rest",
		find: `m.cursor == rules.cursor and newer`, replace: `newer`,
	},
	{
		name: "unite-without-tallies", file: "unite.lua", what: "a room of before counts the tallies once more",
		find: `if not known then`, replace: `if false then`,
	},
	{
		name: "unite-begins-with-less", file: "unite.lua", what: "a room without tallies takes nothing from a record with more reports",
		find: `m.cursor == rules.cursor and m.reports > room.reports`, replace: `false`,
	},
	{
		name: "unite-falls", file: "unite.lua", what: "reports fall",
		find: `max(room.reports, reports)`, replace: `reports`,
	},
	{
		name: "tallies-without-end", file: "tally.lua", what: "tallies are never forgotten",
		find: `tallies[names[i]] = nil`, replace: ``,
	},
	{
		name: "tallies-forget-the-last", file: "tally.lua", what: "the gateway that tells is forgotten",
		find: `if name ~= but then`, replace: `if true then`,
	},
	{
		name: "tallies-forget-the-highest", file: "tally.lua", what: "the highest tally is forgotten",
		find: `return x < y`, replace: `return x > y`,
	},
	{
		name: "unite-floor", file: "unite.lua", what: "the floor of the other record is lost",
		find: `max(before, m.floor)`, replace: `before`,
	},
	{
		name: "unite-mapping", file: "unite.lua", what: "the mapping of the other record is lost",
		find: `max(rules.mapping, m.mapping)`, replace: `rules.mapping`,
	},
	{
		name: "heads-fall", file: "unite.lua", what: "a lower head stands",
		find: `if m.head[lane] > lanes[lane] then`, replace: `if m.head[lane] ~= lanes[lane] then`,
	},
	{
		name: "epoch-below-draw", file: "unite.lua", what: "an epoch begins among the orders of a draw",
		find: `highest = max(highest, d.base + d.n - 1)`, replace: `highest = highest`,
	},
	{
		name: "segment-not-learned", file: "unite.lua", what: "a ceiling of an earlier epoch adds no lots",
		find: `s.last = max(s.last, ceiling)`, replace: `s.last = s.last`,
	},
	{
		name: "behind-cursor", file: "watermark.lua", what: "a gateway that has seen more steps is not believed",
		find: `m.cursor > rules.cursor`, replace: `false`,
	},
	{
		name: "behind-last", file: "watermark.lua", what: "a gateway that has seen a higher number is not believed",
		find: `m.last > room.last`, replace: `false`,
	},
	{
		name: "behind-lane-7", file: "watermark.lua", what: "the head of the last lane is not looked at",
		find: `for lane = 1, 8 do`, replace: `for lane = 1, 7 do`,
	},
	{
		name: "unite-planned", file: "unite.lua", what: "when a plan was changed last is lost",
		find: `rules.planned = max(rules.planned, m.planned)`, replace: `rules.planned = rules.planned`,
	},
	{
		name: "unite-other-lobby", file: "unite.lua", what: "segments of two openings are united",
		find: ` and name == ARGV[4] then`, replace: ` then`,
	},
	{
		name: "unite-sinks-nothing", file: "unite.lua", what: "places below the floor of another record are not counted out",
		find: `if rules.floor > before then`, replace: `if false then`,
	},
	{
		name: "unite-33-draws", file: "unite.lua", what: "a union remembers one draw more",
		find: `#all - MAX_DRAWS + 1`, replace: `#all - MAX_DRAWS`,
	},
	{
		name: "unite-opens-nothing", file: "unite.lua", what: "a record that waits for a known seed goes on waiting",
		find: "  opened(name)\n", replace: ``,
	},
	{
		name: "unite-opens-at-once", file: "unite.lua", what: "nobody waits for the pages of a draw that another gateway knows",
		find: "      room.hold = max(room.hold, NOW + d.spread)\n", replace: ``,
	},
	{
		name: "begins-below-floor", file: "unite.lua", what: "an epoch begins below a floor",
		find: `order_of(m.epoch, m.ceiling), rules.floor)`, replace: `order_of(m.epoch, m.ceiling))`,
	},
	{
		name: "begins-below-head", file: "unite.lua", what: "an epoch begins below the head of a watermark",
		find: `highest = max(highest, lanes[lane], m.head[lane])`, replace: `highest = max(highest, lanes[lane])`,
	},
	{
		name: "earlier-heads-ignored", file: "unite.lua", what: "the heads of an earlier epoch are not taken",
		find: "local function learn_earlier(m)\n  take_heads(m)", replace: `local function learn_earlier(m)`,
	},
	{
		name: "behind-mapping", file: "watermark.lua", what: "a gateway that knows more seeds is not believed",
		find: `m.mapping > rules.mapping`, replace: `false`,
	},
	{
		name: "behind-reports", file: "watermark.lua", what: "a gateway that knows more reports is not believed",
		find: `m.reports > room.reports`, replace: `false`,
	},
	{
		name: "heals-no-door", file: "restore.lua", what: "a door whose times asked were evicted stays",
		find: `if size(ASKING) ~= size(ASKED) then`, replace: `if false then`,
	},
	{
		name: "heals-no-front", file: "restore.lua", what: "a front whose heartbeats were evicted stays",
		find: `if size(FRONT) ~= size(BACK) then`, replace: `if false then`,
	},
	{
		name: "heals-no-line", file: "restore.lua", what: "a line whose heartbeats were evicted stays",
		find: `if places ~= size(SEEN) then`, replace: `if false then`,
	},
	{
		name: "heals-no-stays", file: "restore.lua", what: "stays whose tickets were evicted stay",
		find: `if stays > size(SPENT) then`, replace: `if false then`,
	},
	{
		name: "raise-fills-not", file: "restore.lua", what: "time before a document of another gateway is paid at its pace",
		find: "  local ahead = broken or behind(m)\n  fill()\n", replace: "  local ahead = broken or behind(m)\n",
	},
	{
		name: "loss-is-not-ahead", file: "restore.lua", what: "a room that is whole no more goes on at once",
		find: `local ahead = broken or behind(m)`, replace: `local ahead = behind(m)`,
	},
	{
		name: "upgrade-future", file: "upgrade.lua", what: "what a release before let end late happens in the future",
		find: `    return min(NOW, ends - duration)`, replace: `    return ends - duration`,
	},
	{
		name: "upgrade-stays-by-window", file: "upgrade.lua", what: "stays of a release before are taken for calls",
		find: `convert(8, since(rules.idle), INSIDE)`, replace: `convert(8, since(rules.window), INSIDE)`,
	},
	{
		name: "upgrade-lapse-unnoted", file: "upgrade.lua", what: "a lapse of a release before is not noted",
		find: `convert(7, since(rules.life), LAPSED, AGAIN)`, replace: `convert(7, since(rules.life), LAPSED)`,
	},
	{
		name: "upgrade-head-lost", file: "upgrade.lua", what: "the head of a release before is lost",
		find: `lanes[1], lanes[9] = tonumber(old.head), tonumber(old.number)`, replace: `lanes[1], lanes[9] = 0, 0`,
	},
	{
		name: "upgrade-any-document", file: "upgrade.lua", what: "a room that changed while it was taken over loses the change",
		find: `if old.version ~= ARGV[3] then`, replace: `if false then`,
	},
	{
		name: "upgrade-leaves-old-room", file: "upgrade.lua", what: "a gateway of the release before begins a second line",
		find: "  call('SET', KEYS[OLD_ROOM], ARGV[10])\n", replace: ``,
	},
}
