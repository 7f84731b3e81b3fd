package adminapi

import (
	"errors"
	"net/http"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/staff"
)

// LogIn is the body of POST /v1/session.
type LogIn struct {
	User     string `json:"user"`
	Password string `json:"password"`
	// Code is the one-time code.
	Code string `json:"code"`
}

// SessionInfo is who asks: the answer to GET /v1/session.
type SessionInfo struct {
	Name string `json:"name"`
	Role string `json:"role"`
	// Rooms are the ids of those that are seen; absent: all.
	Rooms []string `json:"rooms,omitempty"`
	// Method is how it was proved: bearer or session.
	Method string `json:"method"`
	// Expires is when the session ends if nothing more is asked, Last when it ends at the latest; absent for a token.
	Expires *time.Time `json:"expires,omitempty"`
	Last    *time.Time `json:"last,omitempty"`
}

// maxLogIn bounds what is typed, in bytes of the body.
const maxLogIn = 4 << 10

// logIn begins a session. What is wrong of a log-in is not said, and whether there is such a user neither.
func (s *Server) logIn(w http.ResponseWriter, r *http.Request) {
	var asked LogIn
	r.Body = http.MaxBytesReader(w, r.Body, maxLogIn)
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, unrepeated(err))
		return
	}
	peer, name := peerOf(r), s.guesses.named(asked.User)
	if s.guesses.crowded(peer, name) {
		s.cfg.Refused(RefusedCrowd)
		s.fail(w, errCrowd)
		return
	}
	session, err := s.cfg.Staff.LogIn(r.Context(), asked.User, asked.Password, asked.Code)
	note := operator.Access{Act: operator.LogIn, Principal: session.Principal, Err: err}
	note.Principal.From = s.from(r)
	switch {
	case errors.Is(err, staff.ErrWrong):
		if s.cfg.Staff.Knows(asked.User) { // what else is typed there may be a password
			note.Principal.Name = asked.User
		}
		few, slow := s.guesses.wrong(r.Context(), RefusedLogIn, peer, name)
		if few {
			s.operators.NoteAccess(&note)
		}
		if errors.Is(slow, errCrowd) {
			s.fail(w, slow)
			return
		}
		s.fail(w, staff.ErrWrong)
	case err != nil:
		s.fail(w, err)
	default:
		s.guesses.right(r.Context(), peer, name)
		s.operators.NoteAccess(&note)
		setCookie(w, session.Cookie)
		w.WriteHeader(http.StatusNoContent)
	}
}

// unrepeated is the error of a body that cannot be read, without what it says: a password may stand in it.
func unrepeated(err error) error {
	var invalid *operator.InvalidError
	if errors.As(err, &invalid) {
		return &operator.InvalidError{Fields: []operator.FieldError{{Detail: `want {"user": TEXT, "password": TEXT, "code": TEXT}`}}}
	}
	if errors.Is(err, errMalformed) && !errors.Is(err, errCutOff) {
		return errMalformed
	}
	return err
}

// logOut ends the session that asks. A token cannot be ended here.
func (s *Server) logOut(w http.ResponseWriter, r *http.Request) {
	if cookie := s.cookieOf(r); cookie != "" && r.Header.Get("Authorization") == "" {
		s.cfg.Staff.End(cookie)
		s.operators.NoteAccess(&operator.Access{Act: operator.LogOut, Principal: operator.PrincipalOf(r.Context())})
	}
	w.Header().Del("Set-Cookie") // it may have been renewed by this request
	setCookie(w, "")
	w.WriteHeader(http.StatusNoContent)
}

// showSession says who asks.
func (s *Server) showSession(w http.ResponseWriter, r *http.Request) {
	who, session := s.prove(r)
	info := SessionInfo{Name: who.Name, Role: who.Role.String(), Rooms: who.Rooms, Method: who.Method}
	if !session.Expires.IsZero() {
		info.Expires, info.Last = &session.Expires, &session.Last
	}
	s.write(w, http.StatusOK, jsonType, info)
}
