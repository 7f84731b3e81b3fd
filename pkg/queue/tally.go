package queue

import (
	"cmp"
	"slices"
)

// Tally is what one gateway has told of bookings in all: how often, and what that came to, less what was given back. Each gateway's
// only grows in Reports, so of two that are known of one gateway the higher one holds the other. Two records are brought
// together by it, whoever has heard of whose bookings: a counter of which each gateway has its own part (Shapiro, Preguiça,
// Baquero, Zawirski, "Conflict-free replicated data types", SSS 2011, the PN-Counter).
type Tally struct {
	Gateway string
	Reports uint64
	Booked  int64
}

// MaxTallies is how many tallies a record has at most. What is more is still booked, but in no gateway's name.
const MaxTallies = 256

// maxTally bounds a tally, so that the sum of all is exact as a double.
const maxTally = 1 << 42

// Told is the rest of what is booked and was reported: by no gateway's name, and since the last of so many totals.
type Told struct {
	Reports, Booked int64
	Totals          uint64
}

// Reported is where a report has brought what is booked: the gateway's tally, and the rest. Zero for a batch without bookings.
type Reported struct {
	Tally Tally
	Rest  Told
}

func byGateway(a, b Tally) int { return cmp.Compare(a.Gateway, b.Gateway) }

// Tally is that of a gateway.
func (o *Opening) Tally(gateway string) Tally {
	if i, ok := slices.BinarySearchFunc(o.Tallies, Tally{Gateway: gateway}, byGateway); ok {
		return o.Tallies[i]
	}
	return Tally{Gateway: gateway}
}

// Rest is what is booked beside the tallies.
func (o *Opening) Rest() Told {
	rest := Told{int64(o.Reports), o.Booked, o.Totals}
	for _, t := range o.Tallies {
		rest.Reports -= int64(t.Reports)
		rest.Booked -= t.Booked
	}
	return rest
}

// Count counts a report of a gateway by which n more are booked, or fewer, but never less than nothing. The name may be empty.
func (o *Opening) Count(gateway string, n int64) {
	n = max(n, -max(0, o.Booked))
	o.Booked += n
	o.Reports++
	if gateway != "" {
		t := o.Tally(gateway)
		o.setTally(Tally{gateway, t.Reports + 1, t.Booked + n})
	}
}

// SetTotal counts an operator's report of how many are booked in all.
func (o *Opening) SetTotal(n int64) { o.Booked, o.Reports, o.Totals = n, o.Reports+1, o.Totals+1 }

// Raise takes over a gateway's tally, and the rest if it is newer.
func (o *Opening) Raise(r Reported) {
	rest := o.Rest()
	if newer(r.Rest, rest) {
		rest = r.Rest
	}
	if t := r.Tally; t.Gateway != "" && t.Reports > o.Tally(t.Gateway).Reports {
		o.setTally(t)
	}
	o.sum(rest)
}

// UniteBooked takes over what another record knows to be booked; its rest stands if it has taken more steps of the plan.
func (o *Opening) UniteBooked(theirs *Opening, step bool) {
	rest, all := o.Rest(), slices.Clone(o.Tallies)
	if its := theirs.Rest(); step || theirs.Cursor == o.Cursor && newer(its, rest) {
		rest = its
	}
	for _, t := range theirs.Tallies {
		all = withTally(all, t)
	}
	o.Tallies = all
	o.sum(rest)
	o.forgetTallies("")
}

// newer: a total counts what was told before it; of two rests with as many totals that which was told more often.
func newer(a, b Told) bool {
	return cmp.Or(cmp.Compare(a.Totals, b.Totals), cmp.Compare(a.Reports, b.Reports)) > 0
}

// sum makes what is booked the sum of the tallies and a rest. Reports never falls. As long as only those have been heard of who gave back
// what others had booked, it is less than nothing.
func (o *Opening) sum(rest Told) {
	reports, booked := rest.Reports, rest.Booked
	for _, t := range o.Tallies {
		reports += int64(t.Reports)
		booked += t.Booked
	}
	o.Booked, o.Reports, o.Totals = booked, max(o.Reports, uint64(max(0, reports))), rest.Totals
}

func (o *Opening) setTally(t Tally) {
	o.Tallies = withTally(slices.Clone(o.Tallies), t)
	o.forgetTallies(t.Gateway)
}

// withTally puts a tally among others, in whose slice it may write. Of two of one gateway the higher stands.
func withTally(all []Tally, t Tally) []Tally {
	i, ok := slices.BinarySearchFunc(all, t, byGateway)
	switch {
	case !ok:
		return slices.Insert(all, i, t)
	case t.Reports > all[i].Reports:
		all[i] = t
	}
	return all
}

// forgetTallies forgets those with the fewest reports, if there are too many: what they have told stays in the rest. That of one
// gateway stays.
func (o *Opening) forgetTallies(but string) {
	for len(o.Tallies) > MaxTallies {
		least := -1
		for i, t := range o.Tallies {
			if t.Gateway != but && (least < 0 || t.Reports < o.Tallies[least].Reports) {
				least = i
			}
		}
		o.Tallies = slices.Delete(o.Tallies, least, least+1)
	}
}

func (o *Opening) validateTallies(p *problems) {
	p.unless(o.Totals <= maxCount, "totals %d: want at most %d", o.Totals, int64(maxCount))
	p.unless(len(o.Tallies) <= MaxTallies, "%d tallies: want at most %d", len(o.Tallies), MaxTallies)
	for i, t := range o.Tallies {
		t.validate(p)
		p.unless(t.Gateway != "" && (i == 0 || o.Tallies[i-1].Gateway < t.Gateway), "tally %d: want names in order", i)
	}
}

func (t *Tally) validate(p *problems) {
	p.unless(len(t.Gateway) <= maxGatewayName, "gateway name of %d bytes: want at most %d", len(t.Gateway), maxGatewayName)
	p.unless(t.Reports <= maxTally, "tally of %d reports: want at most %d", t.Reports, int64(maxTally))
	p.between("tally", t.Booked, -maxTally, maxTally)
}

// Validate checks a tally of a gateway that may have no name.
func (t *Tally) Validate() error {
	var p problems
	t.validate(&p)
	return p.join()
}
