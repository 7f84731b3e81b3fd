package fakegateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/web"
)

// Draw is what the fake gateway shows of a draw. Record is what its page computes from, as JSON.
type Draw struct {
	Stage    string          `json:"stage"`  // "announced" (also when empty), "frozen", "done", "failed" or "nothing"
	Public   string          `json:"public"` // "none" (also when empty), "drand" or "typed"
	Fallback bool            `json:"fallback"`
	Lots     uint64          `json:"lots"`
	Epoch    uint64          `json:"epoch"`
	Ticket   uint64          `json:"ticket"`
	Lot      uint64          `json:"lot"`
	Place    uint64          `json:"place"`
	Number   uint64          `json:"number"`
	Next     int             `json:"next"` // milliseconds
	Record   json.RawMessage `json:"record"`
}

// published is what the page shows of a record.
type published struct {
	Commitment struct {
		Statement struct{ Commit string }
	}
	Freeze *struct {
		Statement struct{ Round uint64 }
	}
	Result *struct {
		Statement struct{ Secret, Line, Value, Seed string }
	}
}

var (
	drawStages  = map[string]web.DrawStage{"": web.DrawAnnounced, "announced": web.DrawAnnounced, "frozen": web.DrawFrozen, "done": web.DrawDone, "failed": web.DrawFailed, "nothing": web.DrawNothing}
	drawPublics = map[string]web.DrawPublic{"": web.PublicNone, "none": web.PublicNone, "drand": web.PublicDrand, "typed": web.PublicTyped}
	drawNews    = map[string]web.DrawNews{"": web.NoDraw, "comes": web.DrawComes, "drawn": web.Drawn, "alone": web.DrawnAlone, "failed": web.NotDrawn}
)

// serveDraw answers the page of a draw, or its record.
func (s *Server) serveDraw(w http.ResponseWriter, r *http.Request, setup Setup) {
	d := setup.Draw
	if d == nil {
		http.NotFound(w, r)
		return
	}
	if strings.HasSuffix(r.URL.Path, ".json") {
		w.Header().Set("Content-Type", web.JSONType)
		write(w, http.StatusOK, d.Record)
		return
	}
	page := web.Draw{
		Stage: drawStages[d.Stage], Public: drawPublics[d.Public], Fallback: d.Fallback, Lots: d.Lots, Epoch: d.Epoch, Ticket: d.Ticket, Lot: d.Lot,
		Place: d.Place, Number: d.Number, Next: time.Duration(d.Next) * time.Millisecond,
		Record: Prefix + "/draw.json", Again: Prefix + "/draw", Back: Prefix + "/wait?to=/termine",
	}
	var p published
	if err := json.Unmarshal(d.Record, &p); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	page.Seal = p.Commitment.Statement.Commit
	if p.Freeze != nil {
		page.Round = p.Freeze.Statement.Round
	}
	if p.Result != nil {
		said := &p.Result.Statement
		page.Secret, page.Line, page.Value, page.Seed = said.Secret, said.Line, said.Value, said.Seed
	}
	lang, ok := s.pages.LangOf([]byte(r.URL.Query().Get("lang")))
	if !ok {
		lang = s.lang(r, setup)
	}
	s.servePage(w, http.StatusOK, s.pages.AppendDraw(nil, lang, &page))
}
