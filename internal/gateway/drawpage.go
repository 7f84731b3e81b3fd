package gateway

import (
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// drawReload is how soon the page of a draw that is under way loads again.
const drawReload = 20 * time.Second

// readDraw is a record as its page says it.
type readDraw struct {
	text  []byte // of which it was read
	page  web.Draw
	first uint64 // the number of the first lot
}

// drawPages are the records that were read last, by opening. A record is published as one text, until there is more to say.
type drawPages struct{ read sync.Map }

// of is the record of an opening, nil if there is none.
func (p *drawPages) of(draws Draws, opening string) *readDraw {
	if draws == nil || opening == "" {
		return nil
	}
	text := draws.Of(opening)
	if len(text) == 0 {
		return nil
	}
	if known, ok := p.read.Load(opening); ok {
		if d := known.(*readDraw); &d.text[0] == &text[0] {
			return d
		}
	}
	d, err := readRecord(text)
	if err != nil {
		return nil // the conductor writes what can be read; a file of another release cannot
	}
	p.read.Range(func(other, _ any) bool { // those that are not published any more
		if draws.Of(other.(string)) == nil {
			p.read.Delete(other)
		}
		return true
	})
	p.read.Store(opening, d)
	return d
}

func readRecord(text []byte) (*readDraw, error) {
	r, err := draw.ParseRecord(text)
	if err != nil {
		return nil, err
	}
	c, err := draw.ParseCommitment(r.Commitment.Statement)
	if err != nil {
		return nil, err
	}
	d := &readDraw{text: text, page: web.Draw{Public: publicOf(c.Beacon), Seal: c.Commit.String()}}
	if r.Freeze == nil {
		return d, nil
	}
	f, err := draw.ParseFreeze(r.Freeze.Statement)
	if err != nil {
		return nil, err
	}
	d.first, d.page.Stage, d.page.Lots, d.page.Round = f.First, web.DrawFrozen, f.N, f.Round
	if r.Result == nil {
		return d, nil
	}
	s, err := draw.ParseResult(r.Result.Statement)
	if err != nil {
		return nil, err
	}
	d.page.Stage, d.page.Line = web.DrawDone, s.Line
	if s.Secret != nil {
		d.page.Secret = s.Secret.String()
	}
	if s.Beacon != draw.None {
		d.page.Value = s.Value.String()
	}
	if s.Algorithm == draw.Arrival {
		d.page.Stage = web.DrawFailed
		return d, nil
	}
	d.page.Seed, d.page.Fallback = s.Seed.String(), s.Fallback != ""
	return d, nil
}

func publicOf(rule draw.Rule) web.DrawPublic {
	switch rule {
	case draw.Drand:
		return web.PublicDrand
	case draw.ByHand:
		return web.PublicTyped
	case draw.None:
	}
	return web.PublicNone
}

// drawPage is the page of a draw: of the opening that the query names, else of the one in which the visitor has a lot, else of the one
// that is next or was last.
func (e *exchange) drawPage() {
	e.readCookie()
	v := e.r.Line.View()
	place, has := e.bearerPlace()
	own, lot := "", uint64(0)
	if has {
		own, lot, has = v.Lot(&place)
	}
	opening, d := e.drawOf(v, own)
	if d == nil {
		e.g.refuse(e.r, e.v, 404, "no-draw")
		return
	}
	page := d.page
	if page.Stage == web.DrawAnnounced && slices.Contains(e.r.Draws.Undrawn(), opening) {
		page.Stage = web.DrawNothing
	}
	if has && own == opening {
		page.Lot, page.Epoch, page.Ticket = lot+1, place.Epoch, place.Number
		if number := v.Number(&place); number > 0 && page.Stage >= web.DrawDone {
			page.Number = number
			if page.Stage == web.DrawDone {
				page.Place = number - d.first + 1
			}
		}
	}
	if page.Stage == web.DrawFrozen {
		page.Next = drawReload
	}
	query := "?room=" + e.r.ID + "&opening=" + url.QueryEscape(opening)
	page.Record, page.Again, page.Back = e.g.Prefix+"/draw.json"+query, e.g.Prefix+"/draw"+query, e.g.waitURL(e.r, e.v, "/")
	if lang := param(e.v.Query(), "lang"); len(lang) > 0 {
		page.Again += "&lang=" + url.QueryEscape(string(lang))
	}
	e.answerDraw(&page)
}

// bearerPlace is the place of the visitor's ticket, or of the one that bought the stay.
func (e *exchange) bearerPlace() (p queue.Place, ok bool) {
	switch e.carries {
	case carriesTicket:
		return e.r.placeOf(&e.ticket), true
	case carriesPass, carriesEndedPass:
		return e.r.placeOfPass(&e.pass), true
	default:
		return p, false
	}
}

// drawOf chooses the draw that is shown; own is the opening in which the visitor has a lot.
func (e *exchange) drawOf(v *queue.View, own string) (opening string, d *readDraw) {
	if query, err := url.ParseQuery(string(e.v.Query())); err != nil || query.Has("opening") {
		opening = query.Get("opening")
		return opening, e.r.drawPages.of(e.r.Draws, opening)
	}
	candidates := []string{own}
	if v.Start.Draw {
		candidates = append(candidates, v.Start.Opening)
	}
	candidates = append(candidates, v.Snapshot.Opening.Name) // it has no draw if there was nothing to draw
	for i := len(v.Snapshot.Opening.Draws) - 1; i >= 0; i-- {
		candidates = append(candidates, v.Snapshot.Opening.Draws[i].Opening)
	}
	for _, opening := range candidates {
		if d := e.r.drawPages.of(e.r.Draws, opening); d != nil {
			return opening, d
		}
	}
	return "", nil
}

// sayDraw sets what is said of a draw.
func (r *Room) sayDraw(s *web.Status, a *queue.Answer) {
	var d *readDraw
	if s.Draw, d = r.drawNews(a); (s.Draw == web.Drawn || s.Draw == web.DrawnAlone) && a.Number >= d.first {
		s.Place, s.Lots = a.Number-d.first+1, d.page.Lots
	}
}

// drawNews is what a waiting page says of the draw in which its place has a lot, or behind which it stands.
func (r *Room) drawNews(a *queue.Answer) (web.DrawNews, *readDraw) {
	opening, comes := a.Drawn, false
	if (a.State == queue.StateLobby || a.BehindDraw) && a.Start.Draw {
		opening, comes = a.Start.Opening, true
	}
	d := r.drawPages.of(r.Draws, opening)
	switch {
	case d == nil:
		return web.NoDraw, nil
	case comes:
		return web.DrawComes, d
	case d.page.Stage == web.DrawFailed:
		return web.NotDrawn, d
	case d.page.Stage != web.DrawDone:
		return web.NoDraw, d // the record follows with the next snapshot
	case d.page.Fallback:
		return web.DrawnAlone, d
	}
	return web.Drawn, d
}
