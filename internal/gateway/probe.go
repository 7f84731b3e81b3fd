package gateway

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/probe"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/token"
)

// serveProbe answers the operator's probe, see package probe. To everybody else there is nothing here: ok is false.
func (g *Gateway) serveProbe(v *httpx.Visit) (ok bool) {
	if g.Probe == nil {
		return false
	}
	nonce, ok := g.Probe.Asked(v.Header(probe.Header), v.Now())
	if !ok {
		return false
	}
	switch string(param(v.Query(), "part")) {
	case probe.PartStream:
		plain(v, 200, "text/event-stream", nil)
		v.Ctx().Response.SetBodyStream(twoEvents{}, len(firstEvent)+len(secondEvent))
	case probe.PartSocket:
		g.probeSocket(v)
	default:
		g.probeAnswer(v, nonce)
	}
	return true
}

// probeAnswer says what is seen of a request. The answer sets a cookie as a room's page would.
func (g *Gateway) probeAnswer(v *httpx.Visit, nonce token.ID) {
	seal, err := g.Probe.Answer(nonce, v.Now())
	if err != nil {
		g.missing(v, 500, "internal")
		return
	}
	seen := probe.Seen{
		Seal: seal, Host: string(v.HostPort()), Target: string(v.Target()), Client: v.ClientIP().String(), Peer: v.PeerIP().String(),
		Source: v.Ctx().RemoteAddr().String(), Relayed: v.Relayed(), Trusted: v.PeerTrusted(), Secure: v.Secure(),
	}
	if r := g.table.Load().own(v.Host(), nil); r != nil {
		seen.Room = r.ID
	}
	if body := v.Ctx().RequestBodyStream(); body != nil {
		// What does not arrive is a shorter body than the operator's command has sent.
		seen.Body, _ = io.Copy(io.Discard, body)
	}
	for name, value := range v.Headers() {
		if proxy.NamesVisitor(name) {
			seen.Fields = append(seen.Fields, probe.Field{Name: string(name), Value: string(value)})
		}
	}
	seen.Cookie = probeCookie(v)
	text, err := json.Marshal(&seen)
	if err != nil { // only if somebody adds a member that JSON does not have
		g.missing(v, 500, "internal")
		return
	}
	plain(v, 200, "application/json", text)
}

const (
	firstEvent  = "data: one\n\n"
	secondEvent = "data: two\n\n"
)

// twoEvents is the body of the stream: one event at once, the other after a pause.
type twoEvents struct{}

// WriteTo sends the events, each as soon as it is there; fasthttp calls it in place of Read.
func (twoEvents) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, firstEvent)
	if bw, ok := w.(*bufio.Writer); ok && err == nil {
		err = bw.Flush()
	}
	if err != nil {
		return int64(n), err
	}
	<-time.After(probe.StreamPause)
	m, err := io.WriteString(w, secondEvent)
	return int64(n + m), err
}

func (twoEvents) Read([]byte) (int, error) {
	return 0, errors.New("gateway: the events of a probe are written")
}

// socketTime bounds the probe's WebSocket.
const socketTime = 10 * time.Second

// probeSocket becomes a WebSocket (RFC 6455 §4.2.2) that sends one short message back.
func (g *Gateway) probeSocket(v *httpx.Visit) {
	key := v.Header("Sec-WebSocket-Key")
	if len(key) == 0 || !strings.EqualFold(string(v.Header("Upgrade")), "websocket") {
		// The proxy in front has made an ordinary request of it.
		g.missing(v, fasthttp.StatusUpgradeRequired, "bad-request", "Upgrade", "websocket")
		return
	}
	head := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		proxy.AcceptKey(key) + "\r\n\r\n"
	v.Ctx().HijackSetNoResponse(true)
	v.Ctx().Hijack(func(c net.Conn) {
		_ = c.SetDeadline(time.Now().Add(socketTime))
		if _, err := io.WriteString(c, head); err == nil {
			echo(c)
		}
	})
}

// echo sends the first message back, if it is short, and waits for the end of the connection. A client's frame is masked and a
// server's is not (RFC 6455 §5.1). What is no such frame ends it.
func echo(c net.Conn) {
	const short = 125
	var frame [2 + 4 + short]byte
	if _, err := io.ReadFull(c, frame[:6]); err != nil {
		return
	}
	n := int(frame[1] & 0x7f)
	if frame[1]&0x80 == 0 || n > short {
		return
	}
	payload := frame[6 : 6+n]
	if _, err := io.ReadFull(c, payload); err != nil {
		return
	}
	for i := range payload {
		payload[i] ^= frame[2+i%4]
	}
	if _, err := c.Write(append([]byte{frame[0], byte(n)}, payload...)); err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, c)
}
