package adminapi

import (
	"context"
	"errors"
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
	const public, reporters = operator.RolePublic, operator.RoleReporter
	const viewers, operators, admins = operator.RoleViewer, operator.RoleOperator, operator.RoleAdmin
	return []route{
		{http.MethodGet, "/healthz", public, quick, s.healthz},
		{http.MethodGet, "/livez", public, quick, s.healthz},
		{http.MethodGet, "/startupz", public, quick, s.startupz},
		{http.MethodGet, "/readyz", public, quick, s.readyz},
		{http.MethodGet, "/metrics", public, readTimeout, metrics},
		{http.MethodGet, "/v1/log", admins, quick, s.showLog},
		{http.MethodPut, "/v1/log", admins, quick, s.changeLog},
		{http.MethodGet, "/v1/keys", admins, quick, s.showKeys},
		{http.MethodPost, "/v1/keys/rotate", admins, change, s.rotateKeys},
		{http.MethodGet, "/v1/config", admins, quick, s.showConfig},
		{http.MethodPost, "/v1/config/check", admins, change, s.checkConfig},
		{http.MethodPost, "/v1/config/reload", admins, change, s.reloadConfig},
		{http.MethodGet, "/v1/users", admins, quick, s.listPeople},
		{http.MethodPost, "/v1/session", public, change, s.logIn},
		{http.MethodGet, "/v1/session", viewers, quick, s.showSession},
		{http.MethodDelete, "/v1/session", viewers, quick, s.logOut},
		{http.MethodGet, "/v1/alerts", viewers, quick, s.listAlerts},
		{http.MethodGet, "/v1/doctor", admins, quick, s.showDoctor},
		{http.MethodGet, "/v1/doctor/front", admins, quick, s.showFront},
		{http.MethodPost, "/v1/doctor/seals", admins, quick, s.sealQuestion},
		{http.MethodPost, "/v1/doctor/seals/check", admins, quick, s.checkSeal},
		{http.MethodGet, "/v1/rooms", viewers, quick, s.listRooms},
		{http.MethodGet, "/v1/rooms/{id}", viewers, quick, s.showRoom},
		{http.MethodPatch, "/v1/rooms/{id}", operators, change, s.changeRoom},
		{http.MethodGet, "/v1/openapi.yaml", viewers, quick, s.showOpenAPI},
		{http.MethodGet, "/v1/openapi.json", viewers, quick, s.showOpenAPIAsJSON},
		{http.MethodPost, "/v1/rooms/{id}/mode", operators, change, s.setMode},
		{http.MethodPost, "/v1/rooms/{id}/stays/end", operators, change, s.endStays},
		{http.MethodGet, "/v1/events", viewers, 0, s.listen},
		{http.MethodGet, "/v1/rooms/{id}/origins", operators, quick, s.showOrigins},
		{http.MethodGet, "/v1/rooms/{id}/history", viewers, quick, s.showHistory},
		{http.MethodGet, "/v1/rooms/{id}/page", viewers, quick, s.showPage},
		{http.MethodGet, "/v1/rooms/{id}/plan", viewers, quick, s.showPlan},
		{http.MethodPost, "/v1/rooms/{id}/plan/preview", operators, quick, s.previewPlan},
		{http.MethodPost, "/v1/rooms/{id}/outcomes", reporters, change, s.tellOutcome},
		{http.MethodGet, "/v1/rooms/{id}/draws", viewers, quick, s.showDraws},
		{http.MethodPost, "/v1/rooms/{id}/draws/line", operators, change, s.typeLine},
		{http.MethodGet, "/v1/rooms/{id}/places", operators, change, s.listPlaces},
		{http.MethodPost, "/v1/rooms/{id}/places", operators, change, s.takePlace},
		{http.MethodPost, "/v1/rooms/{id}/places/find", operators, change, s.onPlace(operator.PlaceFind)},
		{http.MethodPost, "/v1/rooms/{id}/places/history", operators, change, s.placeHistory},
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
		{http.MethodPost, "/v1/rooms/{id}/debug/plan", admins, change, actOf[operator.DebugPlan](s)},
		{http.MethodPost, "/v1/rooms/{id}/debug/reveal", admins, change, actOf[operator.DebugReveal](s)},
		{http.MethodPost, "/v1/rooms/{id}/debug/report", admins, change, actOf[operator.DebugReport](s)},
		{http.MethodPost, "/v1/rooms/{id}/debug/join", admins, change, actOf[operator.DebugJoin](s)},
		{http.MethodPost, "/v1/rooms/{id}/debug/move", admins, change, actOf[operator.DebugMove](s)},
		{http.MethodGet, "/v1/rooms/{id}/debug/find", admins, change, s.debugFind},
		{http.MethodGet, "/v1/rooms/{id}/debug/snapshot", admins, quick, s.debugSnapshot},
		{http.MethodPost, "/v1/rooms/{id}/reports/sign", admins, quick, s.signReport},
		{http.MethodGet, "/v1/audit", admins, quick, s.listAudit},
		{http.MethodGet, "/debug/pprof/", admins, 0, s.untilStop(pprof.Index)},
		{http.MethodGet, "/debug/pprof/cmdline", admins, quick, pprof.Cmdline},
		{http.MethodGet, "/debug/pprof/profile", admins, 0, s.untilStop(pprof.Profile)},
		{http.MethodGet, "/debug/pprof/symbol", admins, quick, pprof.Symbol},
		{http.MethodPost, "/debug/pprof/symbol", admins, quick, pprof.Symbol},
		{http.MethodGet, "/debug/pprof/trace", admins, 0, s.untilStop(pprof.Trace)},
		// Without the token, an existing path and a missing one get the same answer.
		{"", "/v1/", viewers, quick, s.nothing},
		{"", "/debug/", admins, quick, s.nothing},
		{"", "/", public, quick, s.nothing},
	}
}

// pages are the rows of the dashboard. Whoever loads its pages learns nothing by them: what they show comes from the rows of the API.
func (s *Server) pages() (rows []route) {
	if s.cfg.Dashboard == nil {
		return nil
	}
	for _, path := range s.cfg.Dashboard.Paths() {
		rows = append(rows, route{http.MethodGet, path, operator.RolePublic, quick, s.cfg.Dashboard.ServeHTTP})
	}
	return rows
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

// dispatch serves the rows of one path. Who may do nothing at all with it is not told what it is.
func (s *Server) dispatch(rows []route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.guesses.tell(false)
		var who operator.Principal
		if !isPublic(rows, r.Method) {
			var err error
			if who, err = s.authenticated(w, r); err != nil {
				s.fail(w, err)
				return
			}
		}
		ctx := operator.NewContext(r.Context(), who)
		row, err := choose(ctx, rows, r.Method)
		if err != nil {
			s.refuse(w, r, rows, who, err)
			return
		}
		if row.limit > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, row.limit)
			defer cancel()
		}
		r = r.WithContext(ctx)
		r.Body = whole{r.Body}
		row.handle(w, r)
	})
}

// isPublic reports whether anybody may ask for a method of a path, or for all of the path if it has not that method.
func isPublic(rows []route, method string) bool {
	all := true
	for i := range rows {
		free := rows[i].role == operator.RolePublic
		if rows[i].accepts(method) {
			return free
		}
		all = all && free
	}
	return all
}

// choose returns the row that a method asks for, if the principal in ctx may have it.
func choose(ctx context.Context, rows []route, method string) (*route, error) {
	i := slices.IndexFunc(rows, func(row route) bool { return row.accepts(method) })
	if i >= 0 {
		return &rows[i], rows[i].permit(ctx)
	}
	for i := range rows {
		if rows[i].permit(ctx) == nil {
			return nil, errMethod
		}
	}
	return nil, rows[0].permit(ctx)
}

// permit refuses a principal in ctx that has not the role. Rows for admins that are not about one room need all rooms.
func (r *route) permit(ctx context.Context) error {
	if r.role == operator.RoleAdmin && !strings.Contains(r.path, "{id}") {
		return operator.PermitAll(ctx, r.role)
	}
	return operator.Permit(ctx, r.role)
}

// refuse answers a request that no row is for, or none that the principal may have.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, rows []route, who operator.Principal, err error) {
	if errors.Is(err, errMethod) {
		w.Header().Set("Allow", allowed(rows))
	} else {
		s.cfg.Refused(RefusedRole)
		s.operators.NoteAccess(&operator.Access{Act: operator.Refused, Principal: who, Asked: r.Method + " " + rows[0].path, Err: err})
	}
	s.fail(w, err)
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
