package adminapi

import (
	"context"
	"net/http"
)

// untilStop ends the request of a handler that takes as long as it was asked to, a profile for one, when the server stops: a stop waits
// for answers that are under way.
func (s *Server) untilStop(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		go func() {
			select {
			case <-s.events.stop:
				cancel()
			case <-ctx.Done():
			}
		}()
		handle(w, r.WithContext(ctx))
	}
}
