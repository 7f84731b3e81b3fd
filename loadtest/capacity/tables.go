package capacity

import "context"

// Table is a part of docs/capacity.md.
type Table struct {
	Name, Title string
	// Text says what to know when reading it.
	Text  string
	Cases []Case
	// Play makes the table where it has no cases.
	Play func(ctx context.Context, seeds []uint64) (string, error)
	// Confirm makes the one of further seeds where Play makes the table; nil: there is none. far counts figures that are too far apart.
	Confirm func(ctx context.Context, printed, further []uint64) (text string, far int, err error)
}

// Tables are all that are played in front of a real room.
func Tables() []Table {
	return []Table{
		{
			"visits", "A site that says nothing", "Rate 30, max_inside 60, visits of two minutes in the mean, and always a line. *Later* has learned " +
				"from an opening of an hour before.", Visits(), nil, nil,
		},
		{"taught", "What quiet days and a rehearsal teach", "The unmodified rows again. *Quiet days*: four hours at a fifth of the pace, nobody " +
			"waits. *A rehearsal*: a quarter of an hour at two thirds of the pace.", Taught(), nil, nil},
		{"unused", "Calls and stays that nobody uses", "Rate 30, max_inside 60 and a page each ten seconds for two minutes, except where the row " +
			"says otherwise.", Unused(), nil, nil},
		{
			"bound", "The bound inside", "Rate 30, max_inside 60, two hours. People with a pass are never stopped: somebody who makes the next request after minutes " +
				"counts again, and may find the room full of others. Who is silent for longer than `idle` has left, as far as a gate can know: " +
				"a form that takes longer needs a longer `idle`.", Bound(), nil, nil,
		},
		{"crowds", "Everybody at once", "People who give up, come back late, wait in a background tab, never come; quick visits, forms, readers. " +
			"Rate 30, max_inside 150.", Crowds(), nil, nil},
		{"strangers", "What is nobody's", "Rate 30, max_inside 60. Citizens stay for two minutes with a page each ten seconds and the site ends " +
			"their visits; in front of tickets that nobody claims they make a short visit.", Strangers(), nil, nil},
		{promiseSection, "Promises of the wait", "A promise is a range that a page was told; it is kept if the place is called inside it. Mornings and people are those of " +
			"`loadtest/promises`; the cases have five seeds each, and each is a first morning.", nil, promised, nil},
		{
			"health", "A site in trouble", "The portal of Speyer, whose site does 3.5 bookings a second at its best, slows down beyond and falls over when it is overrun; " +
				"ninety minutes, six pages a visit, people load again what failed, and a line that never ends. A seed plays sixteen mornings. The gate is a token " +
				"bucket and not a room, so that nothing but the laws differs; there is one gateway, and the judgement begins healthy.", nil, health, healthConfirmed,
		},
	}
}
