package queue

import "context"

// StaysFrom is when the oldest stays that count began, in store milliseconds; 0: all count. Earlier ones have been ended by operators.
func (d *Document) StaysFrom() int64 { return d.settings().StaysFrom }

// SetStaysFrom sets it.
func (d *Document) SetStaysFrom(at int64) {
	s := d.settings()
	s.StaysFrom = at
	d.Settings = s.Encode()
}

// EndStays ends all stays, also those that may be resumed, and answers how many the store had. From then on every gateway refuses a pass of a
// stay that began earlier, without a store call, and a store that loses the room takes none of them back: the document says so. The
// store ends MaxScan a step; whoever goes in between two steps loses their stay as well.
func (r *Room) EndStays(ctx context.Context) (ended int64, err error) {
	// Passes count in seconds. A stay of this very second is ended by the store alone, which its next request finds out.
	from := r.storeNow() / 1000 * 1000
	if _, err := r.Update(ctx, func(d *Document) error {
		d.SetStaysFrom(max(from, d.StaysFrom()))
		return nil
	}); err != nil {
		return 0, err
	}
	f, err := r.read(ctx)
	if err != nil {
		return 0, err
	}
	for range f.Live/MaxScan + endRounds {
		moved, err := r.Move(ctx, Move{Act: ActEnd})
		if err != nil {
			return 0, err
		}
		if moved.Left == 0 {
			break
		}
	}
	return f.Live, nil
}

// endRounds is how many steps more than the live stays need may be made, for those that may be resumed and those that come meanwhile.
const endRounds = 64

// EndedAll reports whether operators have ended a stay together with all that began as early. It makes no store call. started is as the pass
// says, in store milliseconds; 0: it does not say.
func (r *Room) EndedAll(id VisitorID, started int64) bool {
	if v := r.view.Load(); started <= 0 || started >= v.staysFrom {
		return false
	}
	if r.Stands(id) {
		r.over(id, ReasonFinished)
	}
	return true
}
