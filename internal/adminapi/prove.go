package adminapi

import (
	"context"
	"net/http"
	"net/netip"
	"strings"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/staff"
)

// Staff are those who have a token or log in; *staff.Book is one.
type Staff interface {
	// Token says whose a token is; false: nobody's.
	Token(text string) (operator.Principal, bool)
	// LogIn begins a session. Errors are staff.ErrWrong, staff.ErrBusy and that of ctx.
	LogIn(ctx context.Context, name, password, code string) (staff.Session, error)
	// Knows reports whether somebody has the name.
	Knows(name string) bool
	// Session is what a cookie proves; false: nothing.
	Session(cookie string) (staff.Session, bool)
	// End ends the session of a cookie.
	End(cookie string)
}

// noStaff is nobody.
type noStaff struct{}

func (noStaff) Token(string) (operator.Principal, bool) { return operator.Principal{}, false }
func (noStaff) LogIn(context.Context, string, string, string) (staff.Session, error) {
	return staff.Session{}, staff.ErrWrong
}
func (noStaff) Knows(string) bool                    { return false }
func (noStaff) Session(string) (staff.Session, bool) { return staff.Session{}, false }
func (noStaff) End(string)                           {}

// CookieName is that of the cookie that proves a session. By its prefix a browser keeps it for this host alone, and sends it only over TLS or to this
// machine.
const CookieName = "__Host-einlass-admin"

// prove returns who asks, by a token or else by a session, and the session. The zero value is anybody. A comparison of digests in constant time
// hides the length of the token too.
func (s *Server) prove(r *http.Request) (operator.Principal, staff.Session) {
	var who operator.Principal
	var session staff.Session
	if header := r.Header.Get("Authorization"); header != "" {
		who = s.byToken(header)
	} else if cookie := s.cookieOf(r); cookie != "" {
		if proved, ok := s.cfg.Staff.Session(cookie); ok {
			session, who = proved, proved.Principal
		}
	}
	who.From = s.from(r)
	return who, session
}

// principal is who asks, for what goes on for longer: a token or a session may have ended meanwhile.
func (s *Server) principal(r *http.Request) operator.Principal {
	who, _ := s.prove(r)
	return who
}

// byToken is whose a token is.
func (s *Server) byToken(header string) operator.Principal {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return operator.Principal{}
	}
	admins, reporters := same(token, s.cfg.Token), s.cfg.ReportToken != "" && same(token, s.cfg.ReportToken)
	switch {
	case admins:
		return operator.Principal{Name: "token", Method: "bearer", Role: operator.RoleAdmin}
	case reporters:
		return operator.Principal{Name: "report_token", Method: "bearer", Role: operator.RoleReporter}
	}
	if who, ok := s.cfg.Staff.Token(token); ok {
		return who
	}
	return operator.Principal{}
}

// cookieOf is the cookie of a session, if a page of our own sent it, or a person who typed the address; empty: there is none that counts. Browsers
// that have the cookie tell where a request comes from, for they send it to secure places alone.
func (s *Server) cookieOf(r *http.Request) string {
	site := r.Header.Get("Sec-Fetch-Site")
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead
	if site != "same-origin" && (site != "none" || !safe) {
		return ""
	}
	cookies := r.CookiesNamed(CookieName)
	if len(cookies) != 1 {
		return ""
	}
	return cookies[0].Value
}

// from is where a request comes from, as records say it.
func (s *Server) from(r *http.Request) string {
	switch net := networkOf(r); {
	case net == netip.Prefix{}:
		return "socket"
	case net.Addr().IsLoopback():
		return "loopback"
	default:
		return s.cfg.Network(net)
	}
}

// authenticated returns who asks for something that needs a role. Wrong tokens are slowed down. A session goes on by being used.
func (s *Server) authenticated(w http.ResponseWriter, r *http.Request) (operator.Principal, error) {
	who, session := s.prove(r)
	switch {
	case who.Role > operator.RolePublic:
		s.guesses.right(r.Context(), peerOf(r))
		if session.Renewed {
			setCookie(w, session.Cookie)
		}
		return who, nil
	case r.Header.Get("Authorization") == "":
		s.cfg.Refused(RefusedMissing)
		if s.cookieOf(r) != "" { // it proves nothing any more
			setCookie(w, "")
		}
		return who, errUnauthorized
	default:
		_, err := s.guesses.wrong(r.Context(), RefusedWrong, peerOf(r))
		return who, err
	}
}

// setCookie sends the cookie of a session; empty: the browser forgets it.
func setCookie(w http.ResponseWriter, text string) {
	c := http.Cookie{Name: CookieName, Value: text, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if text == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, &c)
}
