package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/staff"
)

// demoDesk lets somebody into the operators' pages of a demo who has made no user: a user with a password of its own for each run, and a page
// that shows the user's one-time codes in place of a telephone. Both are there as long as the demo runs.
type demoDesk struct {
	user           staff.User
	password, page string
	stop           func()
}

// errFarDesk means that operators come from other machines, so that no user is made for them.
var errFarDesk = errors.New("the operators' pages are not on this machine alone")

// startDesk makes the user, before the gateway starts. Nobody but this machine may reach what the password and the codes are for: else the error
// is errFarDesk.
func startDesk(cfg *config.Config) (*demoDesk, error) {
	if !onLoopback(cfg.Admin.Listen) {
		return nil, errFarDesk
	}
	secret := strings.ToLower(rand.Text())
	d := &demoDesk{password: strings.Join([]string{secret[:4], secret[4:8], secret[8:12], secret[12:16]}, "-")}
	d.user = staff.User{
		Grant:    staff.Grant{Name: "clerk", Role: "admin", Made: time.Now()},
		Password: staff.HashPassword(d.password), TOTP: staff.NewTOTP(),
	}
	err := onRoll(staffFile(cfg), func(r *staff.Roll) error {
		r.Users = append(r.Users, d.user)
		return nil
	})
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d.page = "http://" + ln.Addr().String()
	server := &http.Server{Handler: d.codes(ln.Addr().String(), time.Now), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "demo codes:", err)
		}
	}()
	d.stop = func() {
		_ = server.Close()
		<-done
	}
	return d, nil
}

// onLoopback reports whether only this machine reaches an address.
func onLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

var codePage = template.Must(template.New("code").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="{{.Left}}">
<title>{{.Code}}</title>
<h1>{{.Code}}</h1>
<p>The code of {{.Name}}, for another {{.Left}} seconds. Each counts once. Outside of a demo, a telephone shows it.</p>
`))

// codes shows the code of the moment to pages of this address: one that somebody else's name leads here reads nothing.
func (d *demoDesk) codes(addr string, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != addr {
			http.Error(w, "this is http://"+addr, http.StatusMisdirectedRequest)
			return
		}
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		code, left, err := d.user.Code(now())
		if err != nil { // the secret is our own
			http.Error(w, "there is no code", http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		_ = codePage.Execute(w, map[string]any{"Code": code, "Name": d.user.Name, "Left": int(left / time.Second)}) // a browser that has gone is nobody's concern
	})
}
