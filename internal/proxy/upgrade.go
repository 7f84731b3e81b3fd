package proxy

import (
	"crypto/sha1" //nolint:gosec // RFC 6455 section 4.2.2 wants it; nothing is kept secret with it
	"encoding/base64"
	"net"
	"time"
)

// acceptGUID is the constant of RFC 6455 section 1.3.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// AcceptKey is the proof that a server has understood a WebSocket's handshake, made of its Sec-WebSocket-Key.
func AcceptKey(key []byte) string {
	sum := sha1.Sum(append(append(make([]byte, 0, 64), key...), acceptGUID...)) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(sum[:])
}

// verifyUpgrade checks the origin's side of the handshake (RFC 6455 section 4.1). A
// tunnel must not be opened on a half-understood one: what follows would be read as
// HTTP by one side and as frames by the other.
func (x *exchange) verifyUpgrade() error {
	switch {
	case !x.req.upgrade:
		return malformed("a switch of protocols that nobody asked for")
	case !x.ans.upgrade || !equalFold(x.ans.value("upgrade"), "websocket"):
		return malformed("a switch to a protocol other than websocket")
	case string(x.ans.value("sec-websocket-accept")) != AcceptKey(x.req.key):
		return malformed("a WebSocket handshake without its proof")
	}
	return nil
}

// switchProtocols turns the exchange into a tunnel. fasthttp calls the tunnel once
// everything that was to be sent before is out.
func (x *exchange) switchProtocols() error {
	if err := x.verifyUpgrade(); err != nil {
		return x.fail(err)
	}
	x.render(outNone)
	head := append([]byte("HTTP/1.1 101 "), x.raw...)
	head = append(head, "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"...)
	now := time.Now()
	t := &tunnel{
		owner: &x.b.tunnels, log: x.b.often, o: x.o, c: x.c, head: head,
		idle: x.b.cfg.Upgrade.IdleTimeout, stall: x.b.cfg.Timeouts.WriteStall,
		begun: now, end: now.Add(x.b.cfg.Upgrade.TotalTimeout), activity: x.activity(),
	}
	if err := x.b.tunnels.add(t); err != nil {
		x.o.health.abandoned(x.class)
		x.drop()
		return err
	}
	x.tunnelled = true
	x.noteSuccess(now)
	x.ctx.HijackSetNoResponse(true)
	x.ctx.Hijack(func(client net.Conn) { t.run(client) })
	return nil
}
