package gateway

import (
	"time"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// renewAfter is how old a pass is that a request extends.
func (r *Room) renewAfter() time.Duration {
	return min(max(r.Line.Timing().Idle/renewPart, time.Second), renewLatest)
}

// begin makes the pass of a stay, of one that says whose it is. The stay began when the store says: of a copied ticket, and of
// a stay that is resumed, that was earlier.
func (r *Room) begin(p *token.Pass, s *queue.Standing) {
	now := r.now().Unix()
	p.Room, p.StartedAt, p.IssuedAt = r.ID, now, now
	if s.Started > 0 {
		p.StartedAt = min(s.Started/1000, now)
	}
	p.ExpiresAt = max(now+1, s.Until/1000)
}

// givePass sets the cookie for a stay. It outlives the pass: an ended pass still says whose form it is that comes late, and
// whose stay may be resumed.
func (r *Room) givePass(v *httpx.Visit, p *token.Pass) error {
	var buf [token.MaxLength]byte
	raw, err := r.Tokens.AppendPass(buf[:0], *p)
	if err != nil {
		return err
	}
	r.setToken(v, raw, time.Duration(p.ExpiresAt-p.IssuedAt)*time.Second+r.FormGrace+max(24*time.Hour, r.Line.Timing().Resume))
	return nil
}

// extends reports whether a request replaces its pass: the pass is old enough and its stay can last longer, or it is ahead.
func (r *Room) extends(p *token.Pass) bool {
	now := r.now()
	if r.outlived(p, now) {
		return false
	}
	old := now.Unix() >= p.IssuedAt+int64(r.renewAfter()/time.Second)
	return old && r.passEnd(p, now) > p.ExpiresAt || ahead(p.IssuedAt, now.Unix())
}

// outlived reports whether a stay has lasted as long as any may.
func (r *Room) outlived(p *token.Pass, now time.Time) bool {
	return !now.Before(time.Unix(p.StartedAt, 0).Add(r.Line.Timing().Max))
}

// passEnd is when a pass ends whose stay had a request now, in Unix seconds: Idle later, at most Max after the stay began.
func (r *Room) passEnd(p *token.Pass, now time.Time) int64 {
	t := r.Line.Timing()
	until := min(now.UnixMilli()+t.Idle.Milliseconds(), p.StartedAt*1000+t.Max.Milliseconds())
	return max(now.Unix()+1, until/1000)
}

// afterMax reports whether a pass is one of a stay that is over: a form was taken in the grace after the longest stay, and until
// the grace ends its sender may read what the site answers. The stay is not prolonged, in the store it has ended.
func (r *Room) afterMax(p *token.Pass) bool {
	return p.ExpiresAt > time.Unix(p.StartedAt, 0).Add(r.Line.Timing().Max+time.Second).Unix()
}

// keepPass extends a pass. The store was told when its request was noted, see askTouch.
func (r *Room) keepPass(v *httpx.Visit, p *token.Pass) error {
	now := r.now()
	if r.outlived(p, now) && now.Unix() >= p.ExpiresAt {
		reads := *p
		reads.Room, reads.IssuedAt, reads.ExpiresAt = r.ID, now.Unix(), max(now.Unix()+1, p.ExpiresAt+int64(r.FormGrace/time.Second))
		return r.givePass(v, &reads)
	}
	if !r.extends(p) {
		return nil
	}
	longer := *p
	longer.Room, longer.IssuedAt, longer.ExpiresAt = r.ID, now.Unix(), r.passEnd(p, now)
	longer.StartedAt = min(p.StartedAt, longer.IssuedAt)
	return r.givePass(v, &longer)
}

// resumable reports whether the stay of a pass that has ended may be resumed, as far as the pass says: its last request may
// have been a little later. The store knows.
func (r *Room) resumable(p *token.Pass, now time.Time) bool {
	t := r.Line.Timing()
	last := time.Unix(p.IssuedAt, 0).Add(r.renewAfter())
	return now.Before(last.Add(t.Idle+t.Resume)) && !r.outlived(p, now)
}
