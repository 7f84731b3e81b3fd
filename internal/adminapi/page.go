package adminapi

import (
	"net/http"

	"go.uber.org/zap"
)

// showPage answers with the page that citizens of a room see now, in the language of ?language=. It is shown without its script and as of another
// origin, so that it can neither ask this listener nor act for who looks at it.
func (s *Server) showPage(w http.ResponseWriter, r *http.Request) {
	page, err := s.operators.Page(r.Context(), r.PathValue("id"), r.URL.Query().Get("language"))
	if err != nil {
		s.fail(w, err)
		return
	}
	h := w.Header()
	policy := h.Get("Content-Security-Policy")
	for i := 0; i+1 < len(page.Headers); i += 2 {
		if page.Headers[i] == "Content-Security-Policy" {
			policy = page.Headers[i+1] + "; sandbox"
		}
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Type", "text/html; charset=utf-8")
	about(w, r.PathValue("id"))
	if _, err := w.Write(page.Body); err != nil {
		s.cfg.Log.Debug("admin answer was not taken", zap.Error(err))
	}
}
