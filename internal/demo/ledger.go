package demo

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Why the Ledger refused something.
var (
	ErrUnknownSlot    = errors.New("demo site: no such appointment")
	ErrNotReleased    = errors.New("demo site: appointment is not open for booking yet")
	ErrSoldOut        = errors.New("demo site: appointment is taken")
	ErrAlreadyBooked  = errors.New("demo site: person has an appointment already")
	ErrUnknownBooking = errors.New("demo site: no such booking")
)

// Booking is one place in one appointment, taken by one person.
type Booking struct {
	Number      string // "MU-7K3P-92QX"
	Slot        Slot
	Person      Person
	Made        time.Time
	Certificate *Certificate // nil: none handed in

	session string
}

// Tally is what a Ledger has counted.
type Tally struct {
	Made           int // bookings made in all
	Standing       int // bookings that stand now
	Cancelled      int // bookings given back
	DoubleRefused  int // second bookings that the guard prevented
	Double         int // second bookings of a person or of a place; 0 with the guard
	Holds          int // places held now
	HoldsExpired   int // holds whose time ran out
	HoldsLost      int // holds lost in a crash
	Places         int
	Released       int // places that may be booked by now
	Left           int // released, neither booked nor held
	AppointmentsIn int // appointments in the calendar
}

// Ledger is the town's appointment book: who holds and who has booked which
// place. It has no clock; callers tell it the time. Safe for concurrent use.
//
// With the guard on, a place is held for one session while its form is filled
// in, sold once, and a person has at most one appointment; the same form sent
// twice gets the same booking. With the guard off the book believes every form:
// places are not held, not counted again when the form arrives, and nobody is
// asked whether they were here before.
type Ledger struct {
	calendar Calendar
	guard    bool
	holdFor  time.Duration
	random   io.Reader

	mu       sync.Mutex
	rows     []row
	index    map[string]int // slot id → row
	holds    map[string]hold
	expiry   []hold // in order of until, because every hold is equally long
	bookings map[string]*Booking
	people   map[string]string // identity → number of the latest booking
	tally    Tally
}

type row struct {
	Slot
	offset       int // places in the appointments before this one
	held, booked int
}

type hold struct {
	session string
	row     int
	until   time.Time
}

// NewLedger returns an empty book. holdFor must be above 0; random gives
// booking numbers and must not run dry.
func NewLedger(calendar Calendar, guard bool, holdFor time.Duration, random io.Reader) (*Ledger, error) {
	err := calendar.Validate()
	if holdFor <= 0 {
		err = errors.Join(err, fmt.Errorf("hold: must be above 0, is %v", holdFor))
	}
	if err != nil {
		return nil, fmt.Errorf("demo site: new ledger: %w", err)
	}
	l := &Ledger{
		calendar: calendar, guard: guard, holdFor: holdFor, random: random,
		index:    map[string]int{},
		holds:    map[string]hold{},
		bookings: map[string]*Booking{},
		people:   map[string]string{},
	}
	offset := 0
	for _, s := range calendar.slots() {
		l.index[s.ID] = len(l.rows)
		l.rows = append(l.rows, row{Slot: s, offset: offset})
		offset += s.Places
	}
	return l, nil
}

// Hold keeps a place in the appointment for the session and returns until when.
// A session holds one place: a new hold gives up the old one, and holding the
// same appointment again starts its time anew.
func (l *Ledger) Hold(now time.Time, session, slotID string) (Slot, time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(now)
	i, err := l.open(now, slotID)
	if err != nil {
		return Slot{}, time.Time{}, err
	}
	if old, ok := l.holds[session]; ok && old.row != i && l.left(now, i) <= 0 {
		return Slot{}, time.Time{}, ErrSoldOut // and keep what the session has
	}
	l.release(session)
	if l.left(now, i) <= 0 {
		return Slot{}, time.Time{}, ErrSoldOut
	}
	h := hold{session: session, row: i, until: now.Add(l.holdFor)}
	l.holds[session] = h
	l.expiry = append(l.expiry, h)
	l.rows[i].held++
	return l.rows[i].Slot, h.until, nil
}

// Held returns the appointment that the session holds, and until when.
func (l *Ledger) Held(now time.Time, session string) (Slot, time.Time, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(now)
	h, ok := l.holds[session]
	if !ok {
		return Slot{}, time.Time{}, false
	}
	return l.rows[h.row].Slot, h.until, true
}

// Book gives the person a place in the appointment: the one that the session
// holds, or, when its time ran out, another if one is left.
func (l *Ledger) Book(now time.Time, session, slotID string, p Person) (Booking, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(now)
	i, err := l.open(now, slotID)
	if err != nil {
		return Booking{}, err
	}
	before, again := l.bookings[l.people[p.identity()]]
	if again && l.guard {
		l.tally.DoubleRefused++
		if before.session == session && before.Slot.ID == slotID {
			return *before, nil // the same form, sent twice
		}
		l.release(session) // what was chosen is free for the next at once: this person has a place
		return Booking{}, ErrAlreadyBooked
	}
	if h, ok := l.holds[session]; ok && h.row == i {
		l.release(session)
	}
	full := l.left(now, i) <= 0
	if full && l.guard {
		return Booking{}, ErrSoldOut
	}
	number, err := l.number()
	if err != nil {
		return Booking{}, err
	}
	if full || again {
		l.tally.Double++
	}
	b := &Booking{Number: number, Slot: l.rows[i].Slot, Person: p, Made: now, session: session}
	l.bookings[number] = b
	l.people[p.identity()] = number
	l.rows[i].booked++
	l.tally.Made++
	return *b, nil
}

// Cancel gives a booking back; its place may be booked again at once.
func (l *Ledger) Cancel(number string) (Booking, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.bookings[number]
	if !ok {
		return Booking{}, ErrUnknownBooking
	}
	delete(l.bookings, number)
	if l.people[b.Person.identity()] == number {
		delete(l.people, b.Person.identity())
	}
	l.rows[l.index[b.Slot.ID]].booked--
	l.tally.Cancelled++
	return *b, nil
}

// Find returns the booking of that number.
func (l *Ledger) Find(number string) (Booking, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.bookings[number]
	if !ok {
		return Booking{}, ErrUnknownBooking
	}
	return *b, nil
}

// Attach files a certificate with a booking, in place of any before it.
func (l *Ledger) Attach(number string, c Certificate) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.bookings[number]
	if !ok {
		return ErrUnknownBooking
	}
	b.Certificate = &c
	return nil
}

// DropHolds forgets every held place, as a restart does that loses its sessions.
func (l *Ledger) DropHolds() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tally.HoldsLost += len(l.holds)
	for session := range l.holds {
		l.release(session)
	}
	l.expiry = l.expiry[:0]
}

// Tally returns the counters at now.
func (l *Ledger) Tally(now time.Time) Tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(now)
	t := l.tally
	t.Standing, t.Holds = len(l.bookings), len(l.holds)
	t.Places, t.Released, t.AppointmentsIn = l.calendar.Places, l.calendar.released(now), len(l.rows)
	for i := range l.rows {
		t.Left += max(l.left(now, i), 0)
	}
	return t
}

// open returns the row of an appointment of which at least a part is released.
func (l *Ledger) open(now time.Time, slotID string) (int, error) {
	i, ok := l.index[slotID]
	if !ok {
		return 0, ErrUnknownSlot
	}
	if l.calendar.released(now) <= l.rows[i].offset {
		return 0, ErrNotReleased
	}
	return i, nil
}

// left returns the places of a row that may be taken now; below 0 when it is
// overbooked.
func (l *Ledger) left(now time.Time, i int) int {
	r := &l.rows[i]
	released := max(0, min(l.calendar.released(now)-r.offset, r.Places))
	if !l.guard {
		return released - r.booked
	}
	return released - r.booked - r.held
}

// release gives up what the session holds. Its entry in expiry stays and is
// skipped in its turn.
func (l *Ledger) release(session string) {
	if h, ok := l.holds[session]; ok {
		l.rows[h.row].held--
		delete(l.holds, session)
	}
}

// expire ends the holds whose time is over.
func (l *Ledger) expire(now time.Time) {
	n := 0
	for n < len(l.expiry) && !l.expiry[n].until.After(now) {
		h := l.expiry[n]
		n++
		if l.holds[h.session] == h {
			l.release(h.session)
			l.tally.HoldsExpired++
		}
	}
	if n > 0 {
		l.expiry = l.expiry[:copy(l.expiry, l.expiry[n:])]
	}
}

// Letters of booking numbers: none that is easily taken for another one.
const numberLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

func (l *Ledger) number() (string, error) {
	for {
		var b [8]byte
		if _, err := io.ReadFull(l.random, b[:]); err != nil {
			return "", fmt.Errorf("demo site: booking number: %w", err)
		}
		for i := range b {
			b[i] = numberLetters[int(b[i])%len(numberLetters)]
		}
		number := "MU-" + string(b[:4]) + "-" + string(b[4:])
		if _, taken := l.bookings[number]; !taken {
			return number, nil
		}
	}
}
