package adminclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/einlass/einlass/internal/report/signed"
)

// SignReport has the gateway sign the hash of a report.
func (c *Client) SignReport(ctx context.Context, id string, asked signed.Asked) (s signed.Signature, err error) {
	err = c.ask(ctx, http.MethodPost, "/v1/rooms/"+url.PathEscape(id)+"/reports/sign", id, "a report", asked, &s)
	if err == nil && (s.Room != id || s.Opening != asked.Opening || s.Hash != asked.Hash) {
		err = notAPI("asked to sign %q of room %q, it has signed %q of %q", asked.Opening, id, s.Opening, s.Room)
	}
	if err != nil {
		return s, fmt.Errorf("sign report: %w", err)
	}
	return s, nil
}
