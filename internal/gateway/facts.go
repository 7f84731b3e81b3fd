package gateway

import (
	"time"

	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/pkg/queue"
)

// facts is what is known of a request. What it is for and what it carries is known at once; the rest is the answer to a
// question of decide, and is zero until that was asked. What decide has been answered stays as it is: it is called again, and
// has to come to the same question.
type facts struct {
	purpose purpose
	credential
	// sends: the method is one by which a page sends something that is to be done: a form, or what a script sends in its stead.
	// fetches: it is one that brings something, and what it brings is no connection that stays open.
	sends, fetches bool
	// inGrace: the pass ended so short a time ago that a form with it is let through. resumable: so short a time ago that its
	// stay may be resumed, as far as the pass says. prolongable: the stay has not lasted as long as any may.
	inGrace, resumable, prolongable bool
	// finished: the site has said that the stay is done, so short a time ago that the pass still fetches.
	finished bool
	// unsealed: it has, and the pass does not say so. Known when the stay was looked for, by touch or revive.
	unsealed bool
	// through: there is no waiting room at present.
	through bool
	// elsewhere: the room gives its numbers at another host or by TLS, and a window can be sent there.
	elsewhere bool
	// guarded: the room's door asks for a code at some time. Known at its own URL only.
	guarded bool
	// byItself: a page of ours loads this URL by itself, whether or not anybody looks at it.
	byItself bool
	// cookieSent: the room's cookie came, whatever it says. cookieGiven: the URL says that it was given just before.
	cookieSent, cookieGiven bool

	// unknown: that cookie says nothing that this room can have written, or could still read.
	unknown bool

	known question // what has been asked
	form           // look
	// calm: nobody waits, as far as is known. Known with look.
	calm bool
	// touched: the stay of the pass goes on. alive: it does although the pass has ended.
	touched, alive bool
	// endedBy is why it does not, if touch has said so.
	endedBy queue.Reason
	// held is what the bounds of the stay say, and heldRetry when a refused request may come again.
	held      held
	heldRetry time.Duration
	// place is where the place stands as far as this gateway knows; shown is the last number of places ahead that the
	// browser was shown, -1: none.
	place queue.Answer
	shown int64
	// claimed is where the store says that the place, or the stay to be resumed, stands, unless claimFailed. After beat it is where the
	// place stands and no stay has begun.
	claimed     queue.Standing
	claimFailed bool
	// verdict is the checks' on an arrival; if they let it pass, joined is its place, and stands where that is if it waits.
	verdict verdict
	joined  queue.Joined
	stands  queue.Answer
	// entrance is what the code or the invitation says that was brought.
	entrance entrance
}

func (f *facts) knows(q question) bool { return f.known&q != 0 }

// purpose is what a request is for.
type purpose uint8

const (
	// visiting: a guarded URL of the site.
	visiting purpose = iota
	// standing: the own URL of the waiting page.
	standing
	// pressing: a press on a button of our own page, for a number.
	pressing
	// knocking: a waiting page at the door asks to be let in, by its script.
	knocking
	// leaving: a press on the button that gives a place up. There is nothing to decide.
	leaving
	// reading: the own URL of the page at the door.
	reading
	// presenting: a press there, with a code or an invitation.
	presenting
)

// question is something that decide wants to know; questions are a set.
type question uint16

const (
	// look: how the request was made.
	look question = 1 << iota
	// touch: whether the stay of a pass goes on. The request counts as activity.
	touch
	// revive: whether the stay of a pass that has ended goes on, as the store says if this gateway does not know.
	revive
	// hold: whether the request is within the bounds of its stay. It may wait for others, and counts until it is answered.
	hold
	// poll: where the place of a ticket stands as far as this gateway knows. It counts as a heartbeat.
	poll
	// beat: where the place of a ticket stands as the store says. It turns nothing into a stay.
	beat
	// claim: where the place of a ticket stands as the store says, which turns a call into a stay.
	claim
	// resume: where the stay of a pass that has ended stands as the store says, which lets it go on.
	resume
	// arrive: whether the checks let an arrival have a place, and which.
	arrive
	// present: what the code or the invitation says that was brought.
	present
)

// form is how a request was made.
type form struct {
	// guess: a browser loads it before anybody wants it.
	guess bool
	// reads: a person reads the answer as a page, in a window or in a part of one.
	reads bool
	// loads: a person loads a page into a window.
	loads bool
	// framed: the answer becomes a part of another page; sameOrigin: a page of this host asked.
	framed, sameOrigin bool
	// stranger: that page must not show ours.
	stranger bool
	// aside is what it is if it stands beside the line.
	aside aside
}

// held is what the bounds of a stay say to a request.
type held uint8

const (
	heldFree     held = iota
	heldNetworks      // it comes from one network too many
	heldBusy          // too many requests of the stay are under way
	heldEnded         // the stay ended while it waited
	heldGone          // the client left while it waited
)

// verdict is what a check says to an arrival.
type verdict struct {
	kind verdictKind
	// answer tells the visitor; it is not used with pass.
	answer answer
	// after is when to ask again, and count what the visit is counted as; both of later only.
	after time.Duration
	count metrics.Visit
	// came is how many have come to the lobby, if the page is to say it.
	came int
}

type verdictKind uint8

const (
	// pass: as far as this check goes it may have a place.
	pass verdictKind = iota
	// later: not now; the page comes back by itself.
	later
	// challenge: not before the visitor has done something.
	challenge
	// refusal: not at all.
	refusal
)
