package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/token"
)

const roomID = "bench"

// installation is one gateway with its state directory.
type installation struct {
	dir  string
	ring *token.Keyring
}

func (b *bench) install() (*installation, error) {
	dir := b.file("state")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	ring, _, err := token.LoadOrCreate(filepath.Join(dir, "keys.json"), rand.Reader, time.Now())
	return &installation{dir: dir, ring: ring}, err
}

// gateway starts one on the installation. store is "memory" or a Redis URL, rate the pace.
func (b *bench) gateway(in *installation, store, backend string, rate int64) (*process, error) {
	return b.gatewayOf(b.gatewayBin, in, store, backend, rate)
}

// gatewayOf starts a given binary.
func (b *bench) gatewayOf(bin string, in *installation, store, backend string, rate int64) (*process, error) {
	return b.startGateway(bin, b.configure(bin, in, store, backend, rate))
}

// configure is what a binary is started with.
func (b *bench) configure(bin string, in *installation, store, backend string, rate int64) *launch.Config {
	pace := launch.Pace{Rate: rate, Burst: 1_000_000}
	if bin == b.gatewayBin {
		pace.Health = b.health // another build may not know it
	}
	var proxies []string
	if b.networks {
		proxies = []string{"127.0.0.1/32"}
	}
	return &launch.Config{
		TrustedProxies: proxies,
		State:          launch.State{Dir: in.dir}, Keys: launch.Keys{File: filepath.Join(in.dir, "keys.json")}, Store: launch.Store{URL: store},
		Log:    launch.LogStyle{Level: "error"},
		Limits: launch.Limits{ConnectionsPerIP: 100_000, Stay: launch.Stay{InFlight: 65_536}},
		Rooms: []launch.Room{{
			ID: roomID, Title: "Bench", Backend: launch.Backend{URL: "http://" + backend}, Pace: pace,
			AbsentAfter: 12 * time.Hour, Session: launch.Session{Idle: time.Hour, Max: new(time.Duration)},
		}},
	}
}

func (b *bench) startGateway(bin string, c *launch.Config) (*process, error) {
	dir := b.file("gateway")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	g, err := launch.StartGateway(context.Background(), bin, dir, c)
	if err != nil {
		return nil, err
	}
	g.Operators.Close()
	return b.keep(&process{Process: g.Process(), addr: g.Addr, admin: g.Admin, log: g.Log}), nil
}

// fill puts n places into the installation's line, as a gateway that was closed would leave them, and answers request
// headers with the tickets of a sample of them.
func (in *installation) fill(n int) ([]string, error) {
	store, err := memstore.New(memstore.Config{
		Files: &memstore.Files{Path: filepath.Join(in.dir, roomID), Every: time.Hour, PlacesEvery: time.Hour},
	})
	if err != nil {
		return nil, err
	}
	document := benchDocument(queue.Pace{Mode: queue.ModePause, Rate: 1, Burst: 1})
	if err := store.Restore(context.Background(), queue.Watermark{Document: document, Opening: queue.NewOpening()}); err != nil {
		return nil, err
	}
	source, err := token.NewSource(in.ring)
	if err != nil {
		return nil, err
	}
	authority, err := token.NewAuthority(source, roomID)
	if err != nil {
		return nil, err
	}
	const sample = 5000
	var cookies []string
	for given := 0; given < n; {
		arrivals := make([]queue.Arrival, min(queue.MaxBatch, n-given))
		for i := range arrivals {
			if arrivals[i].Visitor, err = queue.NewVisitorID(rand.Reader); err != nil {
				return nil, err
			}
		}
		reply, err := store.Join(context.Background(), arrivals)
		if err != nil {
			return nil, err
		}
		for _, j := range reply.Places {
			if given++; given%max(1, n/sample) == 0 {
				cookie, err := ticketCookie(authority, j.Place)
				if err != nil {
					return nil, err
				}
				cookies = append(cookies, cookie)
			}
		}
	}
	return cookies, store.Close()
}

func ticketCookie(a *token.Authority, p queue.Place) (string, error) {
	now := time.Now().Unix()
	t, err := a.IssueTicket(token.Ticket{
		Room: roomID, Visitor: token.ID(p.Visitor), Epoch: p.Epoch, Number: p.Number, IssuedAt: now, ExpiresAt: now + 86400,
	})
	return "einlass-" + roomID + "=" + t, err
}

// passes are the cookies of n people who are inside, issued so long ago.
func (in *installation) passes(n int, age time.Duration) ([]string, error) {
	source, err := token.NewSource(in.ring)
	if err != nil {
		return nil, err
	}
	authority, err := token.NewAuthority(source, roomID)
	if err != nil {
		return nil, err
	}
	cookies := make([]string, n)
	now := time.Now().Add(-age).Unix()
	for i := range cookies {
		id, err := token.NewID(rand.Reader)
		if err != nil {
			return nil, err
		}
		p, err := authority.IssuePass(token.Pass{
			Room: roomID, Visitor: id, Epoch: 1, Number: uint64(i) + 1, StartedAt: now, IssuedAt: now, ExpiresAt: now + 3600,
		})
		if err != nil {
			return nil, err
		}
		cookies[i] = "einlass-" + roomID + "=" + p
	}
	return cookies, nil
}

// browserHeaders are what a browser sends with a page load.
const browserHeaders = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n" +
	"Accept-Language: de-DE,de;q=0.8,en-US;q=0.5,en;q=0.3\r\nAccept-Encoding: gzip, deflate, br\r\n"

const navigation = browserHeaders + "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\n"

func rawRequest(path, headers, cookie string) string {
	if cookie != "" {
		headers += "Cookie: " + cookie + "\r\n"
	}
	return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n"
}

// pollRequests are the polls of waiting visitors, by their cookies.
func pollRequests(cookies []string) []string {
	var requests []string
	for _, c := range cookies {
		requests = append(requests, rawRequest("/.einlass/status?room=bench&shown=900000", browserHeaders, c))
	}
	return requests
}

// passRequest is a request of somebody inside, who has a cookie of the site too.
func passRequest(cookie string) string {
	return rawRequest("/termine?ort=3", navigation, cookie+"; site=abcdef0123456789")
}

// script makes wrk send these requests in turn.
func (b *bench) script(requests ...string) (string, error) {
	return b.write("requests.lua", luaOf(requests))
}

// peopleInside is how many there are who load pages of the site.
const peopleInside = 256

// passScript makes wrk load pages of the site for people inside. A browser takes the pass that the gateway renews every few
// seconds, which wrk does not: with one pass for a whole run each answer would bring another one. So fresh gives it new ones.
func (b *bench) passScript(in *installation) (file string, fresh func() error, err error) {
	file = b.file("passes.lua")
	fresh = func() error { return in.writePasses(file, 0) }
	return file, fresh, fresh()
}

// writePasses makes wrk load pages with passes that were issued so long ago.
func (in *installation) writePasses(file string, age time.Duration) error {
	cookies, err := in.passes(peopleInside, age)
	if err != nil {
		return err
	}
	for i, c := range cookies {
		from := fmt.Sprintf("X-Forwarded-For: 10.%d.%d.1\r\nX-Forwarded-Proto: http\r\nHost:", i/8, i%8)
		cookies[i] = strings.Replace(passRequest(c), "Host:", from, 1)
	}
	return os.WriteFile(file, []byte(luaOf(cookies)), 0o600)
}

func luaOf(requests []string) string {
	var s strings.Builder
	s.WriteString("local r = {\n")
	for _, request := range requests {
		fmt.Fprintf(&s, "%q,\n", request)
	}
	s.WriteString("}\nlocal i = 0\nrequest = function()\n  i = i % #r + 1\n  return r[i]\nend\n")
	return strings.ReplaceAll(s.String(), `\r`, `\13`)
}
