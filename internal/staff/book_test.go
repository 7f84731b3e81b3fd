package staff

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/staff/stafftest"
	"github.com/einlass/einlass/pkg/token"
)

const password = "vier kurze wörter hier"

// office is a book over a file, on a clock of its own.
type office struct {
	*Book
	t    *testing.T
	now  time.Time
	path string
	keys *token.Source
	roll *Roll
}

// someKeys is a keyring that signs by the first of December.
func someKeys(t *testing.T) *token.Source {
	t.Helper()
	ring, err := token.NewKeyring(rand.Reader, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := token.NewSource(ring)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// cheap is a password in PHC form that is soon checked.
func cheap(password string) string {
	p := newPHC()
	p.time, p.memory = 1, 8
	return hashBy(p, password)
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, now: time.Date(2026, 12, 1, 7, 59, 0, 0, time.UTC), path: filepath.Join(t.TempDir(), FileName), keys: someKeys(t)}
	o.roll = &Roll{Version: version, Users: []User{
		{Grant: Grant{Name: "anna", Role: "admin"}, Password: cheap(password), TOTP: NewTOTP()},
		{Grant: Grant{Name: "bert", Role: "operator", Rooms: []string{"termine"}, Expires: o.now.Add(time.Hour)}, Password: cheap(password), TOTP: NewTOTP()},
	}}
	o.save()
	o.Book = o.open()
	return o
}

func (o *office) save() {
	o.t.Helper()
	if err := o.roll.Save(o.path); err != nil {
		o.t.Fatal(err)
	}
}

// open is another gateway that shares file and keyring.
func (o *office) open() *Book {
	o.t.Helper()
	b, err := Open(Config{Path: o.path, Used: filepath.Join(o.t.TempDir(), "used.json"), Keys: o.keys, Clock: func() time.Time { return o.now }})
	if err != nil {
		o.t.Fatal(err)
	}
	return b
}

func (o *office) poll() {
	o.t.Helper()
	if _, err := o.Poll(); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) code(user string) string {
	o.t.Helper()
	return stafftest.Code(o.t, o.roll.User(user).TOTP, o.now)
}

func (o *office) login(user string) Session {
	o.t.Helper()
	s, err := o.LogIn(o.t.Context(), user, password, o.code(user))
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

func TestWhoLogsInIsWhoTheFileSays(t *testing.T) {
	o := newOffice(t)
	s := o.login("bert")
	if s.Name != "bert" || s.Role != operator.RoleOperator || !slices.Equal(s.Rooms, []string{"termine"}) || s.Method != "session" {
		t.Errorf("%+v", s.Principal)
	}
	if s := o.login("anna"); s.Role != operator.RoleAdmin || s.Rooms != nil || s.Expires != o.now.Add(SessionIdle) || s.Last != o.now.Add(SessionLife) {
		t.Errorf("%+v", s)
	}
}

// What is wrong of a log-in makes no difference to its answer.
func TestALogInIsRefusedInTheSameWords(t *testing.T) {
	o := newOffice(t)
	const wrong = "000000"
	for _, c := range []struct {
		name, user, password, code string
		why                        error
	}{
		{"an unknown name", "eve", password, wrong, errName},
		{"a wrong password", "anna", password + "x", o.code("anna"), errPassword},
		{"no password", "anna", "", o.code("anna"), errPassword},
		{"a wrong code", "anna", password, wrong, errCode},
		{"no code", "anna", password, "", errCode},
		{"the code of another user", "anna", password, o.code("bert"), errCode},
	} {
		_, err := o.LogIn(t.Context(), c.user, c.password, c.code)
		if !errors.Is(err, ErrWrong) || !errors.Is(err, c.why) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	o.now = o.now.Add(time.Hour)
	if _, err := o.LogIn(t.Context(), "bert", password, o.code("bert")); !errors.Is(err, errExpired) {
		t.Errorf("a user that has ended: %v", err)
	}
}

// A code counts once: for this process, and after a start.
func TestACodeIsUsedOnce(t *testing.T) {
	o := newOffice(t)
	code := o.code("anna")
	o.login("anna")
	if _, err := o.LogIn(t.Context(), "anna", password, code); !errors.Is(err, errUsed) {
		t.Errorf("the code again: %v", err)
	}
	again, err := Open(o.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.LogIn(t.Context(), "anna", password, code); !errors.Is(err, errUsed) {
		t.Errorf("the code after a start: %v", err)
	}
	o.login("bert") // codes of one user say nothing of those of another
}

// A book that was opened while another process used the files knows which codes that one took.
func TestACodeThatAnotherProcessTookIsUsedWhenTheFilesAreReadAgain(t *testing.T) {
	o := newOffice(t)
	next, err := Open(o.cfg)
	if err != nil {
		t.Fatal(err)
	}
	code := o.code("anna")
	o.login("anna")
	if err := next.Reread(); err != nil {
		t.Fatal(err)
	}
	if _, err := next.LogIn(t.Context(), "anna", password, code); !errors.Is(err, errUsed) {
		t.Errorf("the code that was taken meanwhile: %v", err)
	}
	if err := os.WriteFile(o.cfg.Used, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := next.Reread(); err == nil {
		t.Error("a file that is broken is read")
	}
	if _, err := next.LogIn(t.Context(), "anna", password, code); !errors.Is(err, errUsed) {
		t.Errorf("with a file that is broken what was known is forgotten: %v", err)
	}
}

// A code is that of the step before, of this one or of the next, and of no other.
func TestAClockMayBeOffByHalfAMinute(t *testing.T) {
	for _, c := range []struct {
		off time.Duration
		ok  bool
	}{{-60 * time.Second, false}, {-30 * time.Second, true}, {30 * time.Second, true}, {60 * time.Second, false}} {
		o := newOffice(t)
		code := stafftest.Code(t, o.roll.User("anna").TOTP, o.now.Add(c.off))
		if _, err := o.LogIn(t.Context(), "anna", password, code); (err == nil) != c.ok {
			t.Errorf("a clock that is off by %v: %v", c.off, err)
		}
	}
}

// After a clock was set back by minutes, codes of then count, and those that were used do not.
func TestAClockThatIsSetBackLocksNobodyOut(t *testing.T) {
	o := newOffice(t)
	o.now = o.now.Add(10 * time.Minute)
	used := o.code("anna")
	o.login("anna")
	o.now = o.now.Add(-10 * time.Minute)
	o.login("anna")
	o.now = o.now.Add(10 * time.Minute)
	if _, err := o.LogIn(t.Context(), "anna", password, used); !errors.Is(err, errUsed) {
		t.Errorf("a code that was used before the clock was set back: %v", err)
	}
}

// A session that was begun at one gateway counts at another one that shares keyring and file.
func TestASessionCountsAtEveryGateway(t *testing.T) {
	o := newOffice(t)
	s := o.login("bert")
	other := o.open()
	if got, ok := other.Session(s.Cookie); !ok || got.Name != "bert" || got.Role != operator.RoleOperator {
		t.Errorf("%+v, %v", got, ok)
	}
	stranger := newOffice(t) // another keyring, other passwords
	if _, ok := stranger.Session(s.Cookie); ok {
		t.Error("a session of other keys counts")
	}
}

func TestASessionEndsByItself(t *testing.T) {
	o := newOffice(t)
	s := o.login("anna")
	o.now = o.now.Add(SessionIdle - time.Second)
	next, ok := o.Session(s.Cookie)
	if !ok || !next.Renewed || next.Cookie == s.Cookie || next.Expires != o.now.Add(SessionIdle) {
		t.Fatalf("a session within the hour: %+v, %v", next, ok)
	}
	o.now = o.now.Add(time.Second)
	if _, ok := o.Session(s.Cookie); ok {
		t.Error("a session that was idle for an hour counts")
	}
	begun := s.Last.Add(-SessionLife)
	for o.now.Before(begun.Add(SessionLife - time.Minute)) {
		if next, ok = o.Session(next.Cookie); !ok {
			t.Fatalf("a session that is used has ended after %v", o.now.Sub(begun))
		}
		o.now = o.now.Add(SessionIdle / 2)
	}
	if _, ok := o.Session(next.Cookie); ok || next.Expires.After(begun.Add(SessionLife)) {
		t.Errorf("after twelve hours: %+v", next)
	}
}

// A session is written again once a minute, and not with each request.
func TestASessionIsNotWrittenAgainAtOnce(t *testing.T) {
	o := newOffice(t)
	s := o.login("anna")
	o.now = o.now.Add(slide - time.Second)
	if next, ok := o.Session(s.Cookie); !ok || next.Renewed || next.Cookie != s.Cookie {
		t.Errorf("%+v, %v", next, ok)
	}
}

// Whatever changes about a user counts at the next request.
func TestTheFileDecidesAtEachRequest(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(o *office)
		goesOn bool
	}{
		{"removed", func(o *office) { o.roll.Users = o.roll.Users[1:] }, false},
		{"another password", func(o *office) { o.roll.Users[0].Password = cheap("another password it is") }, false},
		{"the same password anew", func(o *office) { o.roll.Users[0].Password = cheap(password) }, false},
		{"another secret of codes", func(o *office) { o.roll.Users[0].TOTP = NewTOTP() }, false},
		{"an end that is over", func(o *office) { o.roll.Users[0].Expires = o.now }, false},
		{"another role", func(o *office) { o.roll.Users[0].Role = "viewer"; o.roll.Users[0].Rooms = []string{"kfz"} }, true},
	} {
		o := newOffice(t)
		s := o.login("anna")
		c.change(o)
		o.save()
		o.poll()
		got, ok := o.Session(s.Cookie)
		if ok != c.goesOn {
			t.Errorf("%s: the session counts: %v", c.name, ok)
		}
		if ok && (got.Role != operator.RoleViewer || !slices.Equal(got.Rooms, []string{"kfz"})) {
			t.Errorf("%s: %+v", c.name, got.Principal)
		}
	}
}

func TestASessionThatIsEndedDoesNotCountAnyMore(t *testing.T) {
	o := newOffice(t)
	s := o.login("anna")
	o.now = o.now.Add(2 * slide)
	next, _ := o.Session(s.Cookie)
	o.End(next.Cookie)
	for _, cookie := range []string{s.Cookie, next.Cookie} {
		if _, ok := o.Session(cookie); ok {
			t.Error("a session that was ended counts")
		}
	}
	if got := o.login("anna"); !got.Renewed {
		t.Errorf("the user cannot log in again: %+v", got)
	}
}

// A clock that a gateway is behind by seconds is no reason to refuse a session; one from an hour ahead is.
func TestASessionOfTheFutureCountsOnlyWithinTheClocksDifference(t *testing.T) {
	o := newOffice(t)
	s := o.login("anna")
	o.now = o.now.Add(-ahead)
	if _, ok := o.Session(s.Cookie); !ok {
		t.Error("two minutes are too many")
	}
	o.now = o.now.Add(-time.Second)
	if _, ok := o.Session(s.Cookie); ok {
		t.Error("any time of the future counts")
	}
}

// A session is signed by a key that still verifies; when the keyring changes, it goes on by the new one.
func TestASessionOutlivesARotationOfTheKeyring(t *testing.T) {
	o := newOffice(t)
	s := o.login("anna")
	ring, err := o.keys.Ring().Rotate(rand.Reader, token.Rotation{Now: o.now, ActivatesAt: o.now, Overlap: 30 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.keys.Replace(ring); err != nil {
		t.Fatal(err)
	}
	o.now = o.now.Add(2 * time.Minute)
	next, ok := o.Session(s.Cookie)
	if !ok || !next.Renewed {
		t.Fatalf("%+v, %v", next, ok)
	}
	o.now = o.now.Add(40 * time.Minute)
	if _, ok := o.Session(s.Cookie); ok {
		t.Error("a session of a key that has ended counts")
	}
	if _, ok := o.Session(next.Cookie); !ok {
		t.Error("a session of the new key does not count")
	}
}

func TestATokenIsWhoseTheFileSays(t *testing.T) {
	o := newOffice(t)
	text, hash := NewToken()
	o.roll.Tokens = []Token{{Grant: Grant{Name: "board", Role: "viewer", Expires: o.now.Add(time.Hour)}, Hash: hash}}
	o.save()
	o.poll()
	if who, ok := o.Token(text); !ok || who.Name != "board" || who.Role != operator.RoleViewer || who.Method != "bearer" {
		t.Errorf("%+v, %v", who, ok)
	}
	for _, wrong := range []string{"", text + "x", hash, strings.ToUpper(text)} {
		if _, ok := o.Token(wrong); ok {
			t.Errorf("%q is a token", wrong)
		}
	}
	o.now = o.now.Add(time.Hour)
	if _, ok := o.Token(text); ok {
		t.Error("a token that has ended counts")
	}
	kept, err := os.ReadFile(o.path)
	if err != nil || strings.Contains(string(kept), text) {
		t.Errorf("the file holds the token: %v", err)
	}
}

// A file that is broken, open to others or gone leaves the last good one in force, and says so until it is mended.
func TestABrokenFileLeavesTheLastGoodOneInForce(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(path string) error
		want  error
	}{
		{"broken", func(path string) error { return os.WriteFile(path, []byte(`{"version": 1, "users": [`), 0o600) }, ErrInvalid},
		{"open to others", func(path string) error { return os.Chmod(path, 0o644) }, ErrOpen},
		{"open to its group", func(path string) error { return os.Chmod(path, 0o640) }, ErrOpen},
		{"gone", os.Remove, os.ErrNotExist},
	} {
		o := newOffice(t)
		s := o.login("anna")
		if err := c.spoil(o.path); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if changed, err := o.Poll(); changed || !errors.Is(err, c.want) {
				t.Errorf("%s: %v, %v", c.name, changed, err)
			}
		}
		if _, ok := o.Session(s.Cookie); !ok {
			t.Errorf("%s: nobody is in force any more", c.name)
		}
		if _, err := Open(o.cfg); c.name != "gone" && !errors.Is(err, c.want) {
			t.Errorf("%s: opened with %v", c.name, err)
		}
		if err := os.Remove(o.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		o.save()
		if changed, err := o.Poll(); !changed || err != nil {
			t.Errorf("%s, and mended: %v, %v", c.name, changed, err)
		}
	}
}

// Two passwords are checked at once, some wait, and what is beyond is refused: each check takes 19 MiB.
func TestPasswordsAreCheckedTwoAtATime(t *testing.T) {
	o := newOffice(t)
	for range checksAtOnce {
		o.checks.running <- struct{}{}
		o.checks.waiting <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.LogIn(ctx, "anna", password, o.code("anna")); !errors.Is(err, context.Canceled) {
		t.Errorf("one that waits: %v", err)
	}
	for range checksWaiting {
		o.checks.waiting <- struct{}{}
	}
	if _, err := o.LogIn(t.Context(), "anna", password, o.code("anna")); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
}
