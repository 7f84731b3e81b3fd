package adminapi

import (
	"context"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/einlass/einlass/internal/operator"
)

// route is one row of the table of routes.
type route struct {
	method string // "": any
	path   string // a pattern of http.ServeMux without method
	role   operator.Role
	// limit ends the context of the request; 0: the handler bounds itself.
	limit  time.Duration
	handle http.HandlerFunc
}

const (
	quick = 2 * time.Second
	// change leaves the time to answer within writeTimeout that the store did not.
	change = 10 * time.Second
)

// routes is the one table of what is served, to whom, and for how long. Importing net/http/pprof also fills
// http.DefaultServeMux, which nobody serves; of its handlers, those that take as long as they were asked to move the
// deadline of the connection.
func (s *Server) routes() []route {
	metrics := promhttp.HandlerFor(s.cfg.Gatherer, promhttp.HandlerOpts{
		ErrorLog: stdLog(s.cfg.Log), Timeout: readTimeout, MaxRequestsInFlight: 8,
	}).ServeHTTP
	const public, reporters, operators = operator.RolePublic, operator.RoleReporter, operator.RoleOperator
	return []route{
		{http.MethodGet, "/healthz", public, quick, s.healthz},
		{http.MethodGet, "/readyz", public, quick, s.readyz},
		{http.MethodGet, "/metrics", public, readTimeout, metrics},
		{http.MethodGet, "/v1/rooms", operators, quick, s.listRooms},
		{http.MethodGet, "/v1/rooms/{id}", operators, quick, s.showRoom},
		{http.MethodPatch, "/v1/rooms/{id}", operators, change, s.changeRoom},
		{http.MethodGet, "/v1/rooms/{id}/plan", operators, quick, s.showPlan},
		{http.MethodPost, "/v1/rooms/{id}/plan/preview", operators, quick, s.previewPlan},
		{http.MethodPost, "/v1/rooms/{id}/outcomes", reporters, change, s.tellOutcome},
		{http.MethodGet, "/v1/rooms/{id}/draws", operators, quick, s.showDraws},
		{http.MethodPost, "/v1/rooms/{id}/draws/line", operators, change, s.typeLine},
		{http.MethodGet, "/v1/rooms/{id}/places", operators, change, s.listPlaces},
		{http.MethodPost, "/v1/rooms/{id}/places", operators, change, s.takePlace},
		{http.MethodPost, "/v1/rooms/{id}/places/find", operators, change, s.onPlace(operator.PlaceFind)},
		{http.MethodPost, "/v1/rooms/{id}/places/link", operators, change, s.onPlace(operator.PlaceLink)},
		{http.MethodPost, "/v1/rooms/{id}/places/sms", operators, change, s.sendPlace},
		{http.MethodPost, "/v1/rooms/{id}/places/front", operators, change, s.onPlace(operator.PlaceFront)},
		{http.MethodPost, "/v1/rooms/{id}/places/remove", operators, change, s.onPlace(operator.PlaceRemove)},
		{http.MethodGet, "/v1/rooms/{id}/codes", operators, quick, s.listCodes},
		{http.MethodPost, "/v1/rooms/{id}/codes", operators, 0, s.makeCodes},
		{http.MethodPost, "/v1/rooms/{id}/codes/print", operators, 0, s.printCodes},
		{http.MethodPost, "/v1/rooms/{id}/codes/revoke", operators, change, s.revokeCodes},
		{http.MethodPost, "/v1/rooms/{id}/codes/restore", operators, change, s.restoreCodes},
		{http.MethodDelete, "/v1/rooms/{id}/codes/{batch}", operators, change, s.removeCodes},
		{http.MethodPost, "/v1/rooms/{id}/invitations", operators, change, s.invite},
		{http.MethodPost, "/v1/rooms/{id}/debug/plan", operators, change, actOf[operator.DebugPlan](s)},
		{http.MethodPost, "/v1/rooms/{id}/debug/reveal", operators, change, actOf[operator.DebugReveal](s)},
		{http.MethodPost, "/v1/rooms/{id}/debug/report", operators, change, actOf[operator.DebugReport](s)},
		{http.MethodPost, "/v1/rooms/{id}/debug/join", operators, change, actOf[operator.DebugJoin](s)},
		{http.MethodPost, "/v1/rooms/{id}/debug/move", operators, change, actOf[operator.DebugMove](s)},
		{http.MethodGet, "/v1/rooms/{id}/debug/find", operators, change, s.debugFind},
		{http.MethodGet, "/v1/rooms/{id}/debug/snapshot", operators, quick, s.debugSnapshot},
		{http.MethodGet, "/debug/pprof/", operators, 0, pprof.Index},
		{http.MethodGet, "/debug/pprof/cmdline", operators, quick, pprof.Cmdline},
		{http.MethodGet, "/debug/pprof/profile", operators, 0, pprof.Profile},
		{http.MethodGet, "/debug/pprof/symbol", operators, quick, pprof.Symbol},
		{http.MethodPost, "/debug/pprof/symbol", operators, quick, pprof.Symbol},
		{http.MethodGet, "/debug/pprof/trace", operators, 0, pprof.Trace},
		// Without the token, an existing path and a missing one get the same answer.
		{"", "/v1/", operators, quick, s.nothing},
		{"", "/debug/", operators, quick, s.nothing},
		{"", "/", public, quick, s.nothing},
	}
}

// mux serves a table. A path answers other methods than its own with the list of them.
func (s *Server) mux(routes []route) http.Handler {
	paths := map[string][]route{}
	for _, r := range routes {
		paths[r.path] = append(paths[r.path], r)
	}
	mux := http.NewServeMux()
	for path, rows := range paths {
		mux.Handle(path, s.dispatch(rows))
	}
	return mux
}

// dispatch serves the rows of one path, which have one role.
func (s *Server) dispatch(rows []route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.guesses.tell(false)
		who, err := s.authorised(r, rows[0].role)
		if err != nil {
			s.fail(w, err)
			return
		}
		i := slices.IndexFunc(rows, func(row route) bool { return row.accepts(r.Method) })
		if i < 0 {
			w.Header().Set("Allow", allowed(rows))
			s.fail(w, errMethod)
			return
		}
		ctx := operator.NewContext(r.Context(), who)
		if limit := rows[i].limit; limit > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, limit)
			defer cancel()
		}
		rows[i].handle(w, r.WithContext(ctx))
	})
}

// accepts reports whether a row answers a method. HEAD is a GET whose body net/http leaves out.
func (r *route) accepts(method string) bool {
	return r.method == "" || r.method == method || r.method == http.MethodGet && method == http.MethodHead
}

func allowed(rows []route) string {
	var methods []string
	for _, row := range rows {
		if row.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		methods = append(methods, row.method)
	}
	return strings.Join(methods, ", ")
}

func (s *Server) nothing(w http.ResponseWriter, _ *http.Request) { s.fail(w, errNotFound) }
