package gateway

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/pkg/token"
)

// A site may lead somebody inside from one of its names to another, where the pass is not known: cookies are of one host.
// The stay is handed over then:
//
//  1. The other host gives the browser a secret, as a cookie of its own, and sends it home with the secret's hash.
//  2. The home has the pass. It signs a copy that is good for a minute, for the host that asks and for that secret alone, and
//     sends the browser back with it.
//  3. The host finds the secret beside the copy, and sets the pass in its place. So it is taken once.
//
// The copy stands in a URL. Whoever reads that, in a log or a history, has no secret and can do nothing with it; a link that
// was made up has a secret that the reader's browser does not. Neither URL ever shows a page, so that neither is a Referer,
// and both are our own, which no site sees. Nothing is stored, so any gateway of the room takes a copy of any other.

// handLife is how long a copy is good for.
const handLife = time.Minute

// wordHand introduces a secret in the room's cookie.
const wordHand = "hand."

// secretText is the length of a secret, and of a proof, in characters: 16 bytes in base64url.
const secretText = 22

func textOf(b []byte) string { return base64.RawURLEncoding.EncodeToString(b[:16]) }

// proofOf is a secret's hash.
func proofOf(secret []byte) string {
	sum := sha256.Sum256(secret)
	return textOf(sum[:])
}

func isProof(s []byte) bool {
	if len(s) != secretText {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// copies is the authority of copies for one host and one secret.
func (r *Room) copies(host, proof string) (*token.Authority, error) {
	sum := sha256.Sum256([]byte(proof + "\x00" + host))
	return r.Tokens.Within("to." + textOf(sum[:]))
}

// authority is the host of a visit, with its port, in lower case; empty if it is none that a stay can be handed to.
func authority(v *httpx.Visit) string {
	at := strings.ToLower(string(v.HostPort()))
	if strings.Trim(at, "abcdefghijklmnopqrstuvwxyz0123456789.-:") != "" {
		return ""
	}
	return at
}

// takesStays reports whether a stay is handed over to a host, given with its port: the room has it by name. One that only
// "*" stands for may be anybody's.
func (r *Room) takesStays(at string) (host string, ok bool) {
	host, port, _ := strings.Cut(at, ":")
	host = strings.TrimSuffix(host, ".")
	ok = host != "" && strings.Trim(port, "0123456789") == "" && r.table.Router.Names(r.table.byID[r.ID], host)
	return host, ok
}

// giveSecret is step 1, where the home has another name.
func (e *exchange) giveSecret() {
	if _, ok := e.r.takesStays(authority(e.v)); !ok || e.r.Home.Host == "" || e.r.Home.Host == e.v.Host() {
		return
	}
	var secret [16]byte
	_, _ = rand.Read(secret[:]) // never fails
	e.nonce = textOf(secret[:])
	e.r.setToken(e.v, []byte(wordHand+e.nonce), handLife)
}

// serveHome is step 2: on to where somebody without a place wanted to go, at home. A stay goes back to the host that asks.
func (e *exchange) serveHome() {
	e.purpose = standing
	to, v := e.target(), e.v
	if h := &e.r.Home; h.TLS && v.Host() == h.Host && !v.Secure() {
		// Whoever comes here was sent by TLS, and does not seem to have used it. To send on would be to send in a circle.
		e.g.Log.Error("visitors by TLS come as if without: the proxy before this gateway is not in trusted_proxies or does not say X-Forwarded-Proto",
			zap.String("room", e.r.ID))
		e.g.refuse(e.r, v, 421, "not-tls")
		return
	}
	e.readCookie()
	if back := e.handOver(to); back != "" {
		to = back
	}
	e.leadTo(to)
}

// handOver is the URL by which the stay of a pass is handed over to the host that asks for it; empty: there is none to hand over.
func (e *exchange) handOver(to string) string {
	at, proof := string(param(e.v.Query(), "host")), param(e.v.Query(), "proof")
	host, ok := e.r.takesStays(at)
	if e.carries != carriesPass || !ok || !isProof(proof) {
		return ""
	}
	if e.ask(touch); !e.touched {
		return ""
	}
	copies, err := e.r.copies(host, string(proof))
	if err != nil {
		e.g.Log.Error("stay not handed over", zap.String("room", e.r.ID), zap.Error(err))
		return ""
	}
	p, now := e.pass, e.r.now()
	p.Room, p.IssuedAt, p.ExpiresAt = copies.Room(), now.Unix(), now.Add(handLife).Unix()
	p.StartedAt = min(p.StartedAt, p.IssuedAt)
	raw, err := copies.AppendPass(nil, p)
	if err != nil {
		e.g.Log.Error("stay not handed over", zap.String("room", e.r.ID), zap.Error(err))
		return ""
	}
	by := e.g.ownURL(e.r, e.v, "hand", "&pass="+string(raw), to)
	if !strings.HasSuffix(by, to) {
		return ""
	}
	return e.v.Scheme() + "://" + at + by
}

// serveHand is step 3. Where it leads says what came of it, also to a browser that keeps no cookies.
func (e *exchange) serveHand() {
	e.purpose = standing
	if err := e.takeStay(); err != nil {
		e.g.Log.Error("pass not issued", zap.String("room", e.r.ID), zap.Error(err))
	}
	e.leadTo(e.g.ownURL(e.r, e.v, "wait", keptMark, e.target()))
}

// takeStay sets the pass of a stay that is handed over, if it is.
func (e *exchange) takeStay() error {
	secret, ok := bytes.CutPrefix(e.r.cookie(e.v), []byte(wordHand))
	if !ok || !isProof(secret) {
		return nil
	}
	copies, err := e.r.copies(strings.TrimSuffix(e.v.Host(), "."), proofOf(secret))
	if err != nil {
		return err
	}
	now := e.r.now()
	if !e.readCopy(copies, now) {
		return nil
	}
	e.carries = carriesPass
	if e.ask(touch); !e.touched {
		return nil
	}
	e.pass.Room, e.pass.IssuedAt, e.pass.ExpiresAt = e.r.ID, now.Unix(), e.r.passEnd(&e.pass, now)
	return e.r.givePass(e.v, &e.pass)
}

// readCopy reads the copy that the visit brings. False: it is forged, too late, or of another browser.
func (e *exchange) readCopy(copies *token.Authority, now time.Time) bool {
	var err error
	e.pass, err = copies.VerifyPass(param(e.v.Query(), "pass"), now)
	return err == nil
}
