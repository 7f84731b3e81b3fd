package gateway

import (
	"testing"

	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// All that can be known of a request is tried: from each way in which one can begin, and with each answer to each question.
func TestDecideKeepsItsRulesWhateverIsKnown(t *testing.T) {
	x := explorer{t: t, acts: map[act]int{}, answers: map[answer]int{}, cookies: map[cookie]int{}}
	for _, p := range []purpose{visiting, standing, pressing, knocking, reading, presenting} {
		for c := carriesNothing; c <= carriesPress; c++ {
			for bits := range 4096 {
				f := facts{
					purpose: p, sends: bits&1 != 0, inGrace: bits&2 != 0, cookieSent: bits&4 != 0, cookieGiven: bits&8 != 0,
					resumable: bits&16 != 0, through: bits&32 != 0, prolongable: bits&64 != 0, elsewhere: bits&128 != 0,
					finished: bits&256 != 0, fetches: bits&512 != 0,
					guarded: bits&1024 != 0, unknown: bits&2048 != 0,
				}
				f.carries = c
				if f.unknown && (c != carriesNothing || !f.cookieSent) ||
					f.guarded && p != reading && p != presenting ||
					(p == standing || p == reading) && f.sends || (p == pressing || p == knocking || p == presenting) && !f.sends || c > carriesNothing && !f.cookieSent ||
					(f.inGrace || f.prolongable) && c != carriesEndedPass || f.resumable && !f.prolongable ||
					f.sends && f.fetches || f.finished && (c != carriesEndedPass || f.inGrace || f.prolongable) {
					continue
				}
				x.explore(f, 0)
			}
		}
	}
	for a := forward; a <= refuse; a++ {
		if x.acts[a] == 0 {
			t.Errorf("act %d never comes", a)
		}
	}
	for a := answerLead; a <= answerGone; a++ {
		if x.answers[a] == 0 {
			t.Errorf("answer %d never comes", a)
		}
	}
	for c := range cookieHand + 1 {
		if x.cookies[c] == 0 && c != cookieLeft {
			t.Errorf("cookie %d never comes", c)
		}
	}
}

type explorer struct {
	t       *testing.T
	acts    map[act]int
	answers map[answer]int
	cookies map[cookie]int
}

// explore follows decide from what is known, with each answer that its question can have.
func (x *explorer) explore(f facts, depth int) {
	d := decide(&f)
	if d.act != asking {
		x.acts[d.act]++
		x.answers[d.answer]++
		x.cookies[d.cookie]++
		for rule, kept := range rules(&f, &d) {
			if !kept {
				x.t.Fatalf("%s\n%+v\n%+v", rule, f, d)
			}
		}
		return
	}
	if f.knows(d.ask) || d.ask == 0 || depth > 5 {
		x.t.Fatalf("asks for %b, knowing %b", d.ask, f.known)
	}
	f.known |= d.ask
	for _, next := range answersTo(d.ask, f) {
		x.explore(next, depth+1)
	}
}

// answersTo are what may be known after a question.
func answersTo(q question, f facts) (all []facts) {
	with := func(change func(*facts)) {
		next := f
		change(&next)
		all = append(all, next)
	}
	switch q {
	case look:
		for bits := range 32 {
			form := form{guess: bits&1 != 0, reads: bits&2 != 0, loads: bits&4 != 0, framed: bits&8 != 0, sameOrigin: bits&16 != 0}
			if form.loads && (!form.reads || form.framed) {
				continue // see httpx.Visit
			}
			with(func(f *facts) { f.form = form })
			if f.returns() {
				with(func(f *facts) { f.form, f.calm = form, true })
			}
			if form.framed && !form.sameOrigin {
				form.stranger = true
				with(func(f *facts) { f.form = form })
			}
		}
		for a := asidePreflight; a <= asideOdd && !f.sends; a++ {
			page := a != asidePreflight && a != asideAsset
			with(func(f *facts) { f.form = form{reads: page, loads: page, aside: a} })
		}
	case touch:
		with(func(f *facts) { f.touched = true })
		with(func(f *facts) { f.touched = false })
		with(func(f *facts) { f.unsealed = true })
	case revive:
		with(func(f *facts) { f.alive = true })
		with(func(f *facts) { f.alive = false })
		with(func(f *facts) { f.unsealed = true })
	case hold:
		for h := heldFree; h <= heldGone; h++ {
			with(func(f *facts) { f.held = h })
		}
	case poll:
		for s := range queue.StateSpent + 1 {
			with(func(f *facts) { f.place.State = s })
		}
		with(func(f *facts) { f.place.State, f.place.Reason = queue.StateSpent, queue.ReasonFloor })
	case claim, resume:
		with(func(f *facts) { f.claimFailed = true })
		for s := range queue.StateSpent + 1 {
			with(func(f *facts) { f.claimed.State = s })
		}
		with(func(f *facts) { f.claimed.State, f.claimed.Reason = queue.StateSpent, queue.ReasonFloor })
	case present:
		with(func(f *facts) { f.entrance.news = web.DoorWrong })
		with(func(f *facts) { f.entrance.lane = 1 })
		with(func(f *facts) { f.entrance.lane = 1; f.ticket.Rank.Lane = 1 })
	case arrive:
		with(func(f *facts) { f.verdict = verdict{kind: challenge, answer: answerDoor} })
		with(func(f *facts) { f.joined.State = queue.StateWaiting })
		with(func(f *facts) { f.joined.State, f.stands.State = queue.StateLobby, queue.StateLobby })
		with(func(f *facts) { f.joined.State = queue.StateInside })
		with(func(f *facts) { f.verdict = verdict{kind: later, answer: answerTurnedAway, count: metrics.Refused} })
		with(func(f *facts) { f.verdict = verdict{kind: refusal, answer: answerTurnedAway} })
		with(func(f *facts) { f.verdict = verdict{kind: later, answer: answerLater, count: metrics.Limited} })
		with(func(f *facts) { f.verdict = verdict{kind: later, answer: answerLaterNetwork, count: metrics.Limited} })
		with(func(f *facts) { f.verdict = verdict{kind: later, answer: answerBehind, count: metrics.Behind} })
		with(func(f *facts) { f.verdict = verdict{kind: later, answer: answerNoStore, count: metrics.Failed} })
		with(func(f *facts) { f.verdict = verdict{kind: challenge, answer: answerButton} })
		with(func(f *facts) { f.verdict = verdict{kind: refusal, answer: answerNoPass} })
	}
	return all
}

// rules are what holds for each decision, whatever is known.
func rules(f *facts, d *decision) map[string]bool {
	inside := f.carries == carriesPass && f.touched
	late := f.carries == carriesEndedPass && f.touched && (f.inGrace && f.sends || f.alive)
	letIn := f.knows(arrive) && f.verdict.kind == pass && f.joined.State == queue.StateInside
	asked := f.knows(claim) || f.knows(resume)
	claimed := asked && !f.claimFailed && f.claimed.State == queue.StateInside
	numbered := f.knows(arrive) && f.verdict.kind == pass
	person := f.purpose != visiting && f.purpose != reading || f.loads
	outdone := numbered && !letIn && f.returns() // its place is given up again
	spent := asked && !f.claimFailed && f.claimed.State == queue.StateSpent
	over := f.unknown || f.carries == carriesPass && !f.touched || f.carries == carriesEndedPass
	presses := f.purpose == pressing || f.purpose == presenting
	saysNotSent := map[answer]bool{
		answerEarly: true, answerStillWaits: true, answerPassEnded: true, answerNetworks: true, answerBusy: true, answerGone: true,
	}
	fetched := f.finished && f.fetches
	parts := f.unsealed && f.fetches && !f.reads && !f.touched && (f.carries == carriesPass || f.carries == carriesEndedPass)
	page := map[answer]bool{
		answerPlace: true, answerLater: true, answerLaterNetwork: true, answerNoStore: true, answerBehind: true, answerButton: true, answerWindow: true, answerCookies: true,
		answerDoor: true, answerOver: true, answerEnded: true, answerEarly: true, answerStillWaits: true, answerTurnedAway: true,
	}
	return map[string]bool{
		"only a stay that goes on, or begins here, reaches the site": d.act != forward || f.purpose == visiting && (inside || late || letIn && !f.sends || fetched || parts),
		"a pass is sealed for the parts of the last page":            d.cookie != cookieSeal || parts,
		"a finished stay fetches within its bounds, and nothing else": !fetched || f.purpose != visiting || f.through ||
			!f.knows(touch|look) && d.cookie == cookieStays && (d.act == forward || f.held != heldFree),
		"nothing is forwarded beyond the bounds of the stay":              d.act != forward || f.knows(hold) && f.held == heldFree,
		"somebody inside costs no call to the store":                      !inside && !late || !asked && !f.knows(arrive),
		"somebody inside neither waits nor is refused but for the bounds": !inside || f.purpose != visiting || d.act == forward || f.held != heldFree,
		"a stay that has ended is not extended":                           f.held != heldEnded || d.cookie != cookieKeepPass,
		"a guess neither numbers nor claims":                              !f.knows(look) || !f.guess || presses || !asked && !f.knows(arrive),
		"a number takes a person":                                         !f.knows(arrive) || person,
		"another host's frame uses up no call":                            !asked || presses || !f.framed || f.sameOrigin,
		"a script gets no page":                                           !page[d.answer] || f.reads || presses,
		"a page at the door takes no number":                              f.purpose != knocking || !f.knows(arrive),
		"a page at the door is answered for its script":                   (f.purpose == knocking) == (d.answer == answerStatus),
		"only a stay that can be resumed is":                              !f.knows(resume) || f.carries == carriesEndedPass && f.resumable,
		"nobody waits while there is no waiting room":                     !f.through || d.act != wait || presses || f.purpose == knocking && d.state == queue.StateInside,
		"nothing is asked of the store while there is no waiting room":    !f.through || !asked && !f.knows(arrive) && !f.knows(poll),
		"the site is reached without a place only then":                   d.act != bypass || f.through && f.purpose == visiting,
		"a full room does not end a turn":                                 f.claimed.State != queue.StateFull || d.act == wait && (d.state == queue.StateFull || d.reason == queue.ReasonOver || presses),
		"a pass is for a stay that begins":                                d.cookie != cookiePass || letIn || claimed,
		"a stay that begins has its pass, or the place stands":            !letIn || d.cookie == cookiePass,
		"a place that was given has its ticket":                           !numbered || letIn || d.cookie == cookieTicket || outdone,
		"only a known token is renewed": (d.cookie != cookieKeepPass || inside || late) &&
			(d.cookie != cookieKeepTicket || f.carries == carriesTicket),
		"only a stay that no bound has ended is revived": !f.knows(revive) || f.carries == carriesEndedPass && f.prolongable,
		"a form is never sent on without a pass":         !f.sends || d.act != forward || inside || late,
		"a form that is not sent on is no visit, and its answer says so": f.purpose != visiting || !f.sends || d.act == forward ||
			d.act == bypass || d.act == refuse && !asked && !f.knows(arrive) && (!f.reads || f.guess || saysNotSent[d.answer]),
		"a place that ended with its line says so": f.carries != carriesTicket || f.claimed.Reason != queue.ReasonFloor ||
			presses || d.answer == answerEnded || d.answer == answerWindow || f.purpose == knocking,
		"a new number for a ticket that is spent takes a press": f.carries != carriesTicket || !spent || presses || !f.knows(arrive),
		"a new number for what is over takes a press": !over || f.purpose != visiting || !f.knows(arrive) ||
			f.calm && d.cookie != cookieTicket && (!outdone || d.answer == answerOver),
		"a stranger's frame shows no page of the line": !f.stranger || presses || f.purpose == knocking ||
			d.answer == answerWindow || saysNotSent[d.answer] || !page[d.answer],
		"a press in a frame takes no number that no cookie keeps":           !presses || !f.framed || f.cookieSent || !f.knows(arrive),
		"the page at the door takes nothing":                                f.purpose != reading || !asked && !f.knows(arrive|present|poll),
		"a code is read for a press only, and used with a cookie that came": !f.knows(present) || f.purpose == presenting && f.cookieSent,
		"a code that does not count gives no number":                        f.purpose != presenting || f.entrance.news == web.DoorAsks || !f.knows(arrive),
		"whose turn it is keeps its place":                                  !f.swaps() || f.claimed.State != queue.StateCalled && f.claimed.State != queue.StateInside && f.claimed.State != queue.StateFull,
		"a place is left for another one only":                              !f.swaps() || numbered || d.cookie == cookieStays,
		"a number is given at home only":                                    !f.elsewhere || !f.knows(arrive),
		"there is an answer":                                                (d.act == forward || d.act == bypass || d.act == beside) == (d.answer == 0),
		"what stands beside the line is never numbered, and nobody else stands there": (f.aside == asideNone || f.purpose != visiting || !asked && !f.knows(arrive)) &&
			(d.act != beside || f.purpose == visiting && (f.aside == asidePreflight || f.aside == asideFile || f.aside == asideAsset || f.aside == asidePage)),
		"admission is of somebody inside": d.act != admit || inside || letIn || claimed || f.through,
		"who is refused gets no place":    d.act != refuse || !numbered || outdone || f.held != heldFree,
	}
}
