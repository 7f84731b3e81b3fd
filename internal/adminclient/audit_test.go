package adminclient

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/report/signed"
)

// Audit answers an entry that says what it was asked.
func (r *room) Audit(_ context.Context, q audit.Query) (audit.Page, error) {
	asked := q.Since.UTC().Format(time.RFC3339)
	of := q.Room
	if of == "astray" {
		of = "termine"
	}
	return audit.Page{Entries: []audit.Entry{{Seq: q.Before, Act: "change", Room: of, Reason: asked}}, State: audit.State{Last: uint64(q.Limit)}}, r.err
}

func TestTheRecordIsAskedFor(t *testing.T) {
	c := start(t, api(t, newRoom()), token)
	since := time.Date(2026, 12, 1, 8, 0, 0, 0, time.FixedZone("", 3600))
	page, err := c.Audit(t.Context(), AuditQuery{Room: "termine", Since: since, Before: 7, Limit: 3})
	if err != nil || len(page.Entries) != 1 || page.State.Last != 3 {
		t.Fatalf("%+v, %v", page, err)
	}
	if e := page.Entries[0]; e.Seq != 7 || e.Room != "termine" || e.Reason != "2026-12-01T07:00:00Z" {
		t.Errorf("%+v", e)
	}
	if _, err := c.Audit(t.Context(), AuditQuery{Room: "astray", Before: 1}); !errors.Is(err, ErrNotAPI) {
		t.Errorf("entries of another room: %v", err)
	}
	if _, err := c.Audit(t.Context(), AuditQuery{Limit: audit.MaxLimit + 1}); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "limit") {
		t.Errorf("too many: %v", err)
	}
}

// SignReport answers what was asked for, and of "astray" something else.
func (r *room) SignReport(_ context.Context, id string, asked signed.Asked) (signed.Signature, error) {
	s := signed.Signature{Room: id, Opening: asked.Opening, Hash: asked.Hash}
	if asked.Opening == "astray" {
		s.Hash = "another"
	}
	return s, r.err
}

func TestAReportIsSigned(t *testing.T) {
	c := start(t, api(t, newRoom()), token)
	s, err := c.SignReport(t.Context(), "termine", signed.Asked{Opening: "eight", Hash: "abc"})
	if err != nil || s.Hash != "abc" || s.Room != "termine" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := c.SignReport(t.Context(), "termine", signed.Asked{Opening: "astray"}); !errors.Is(err, ErrNotAPI) {
		t.Errorf("another hash is signed: %v", err)
	}
}
