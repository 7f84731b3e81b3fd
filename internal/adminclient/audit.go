package adminclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/einlass/einlass/internal/audit"
)

// AuditQuery asks for entries of the record; members that are empty ask for all.
type AuditQuery struct {
	Room   string
	Since  time.Time
	Before uint64
	Limit  int
}

func (q *AuditQuery) values() string {
	v := url.Values{}
	if q.Room != "" {
		v.Set("room", q.Room)
	}
	if !q.Since.IsZero() {
		v.Set("since", q.Since.UTC().Format(time.RFC3339))
	}
	if q.Before > 0 {
		v.Set("before", strconv.FormatUint(q.Before, 10))
	}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	return v.Encode()
}

// Audit gives entries of the gateway's record of what operators did, the latest first.
func (c *Client) Audit(ctx context.Context, q AuditQuery) (page audit.Page, err error) {
	err = c.ask(ctx, http.MethodGet, "/v1/audit?"+q.values(), "", "the record", nil, &page)
	for i := range page.Entries {
		if e := &page.Entries[i]; err == nil && (e.Seq == 0 || e.Act == "" || q.Room != "" && e.Room != q.Room) {
			err = notAPI("an entry of the record is %+v", e)
		}
	}
	if err != nil {
		return page, fmt.Errorf("show the record: %w", err)
	}
	return page, nil
}
