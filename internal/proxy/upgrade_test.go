package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
)

// echoServer is a real WebSocket server that sends back what it gets, message by message.
func echoServer(tb testing.TB, onClose func(error)) string {
	tb.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
			Subprotocols: []string{"echo"}, CompressionMode: websocket.CompressionContextTakeover, InsecureSkipVerify: true,
		})
		if err != nil {
			return
		}
		defer func() { _ = c.CloseNow() }()
		c.SetReadLimit(4 << 20)
		for {
			kind, data, err := c.Read(r.Context())
			if err != nil {
				if onClose != nil {
					onClose(err)
				}
				return
			}
			if err := c.Write(r.Context(), kind, data); err != nil {
				return
			}
		}
	}))
	tb.Cleanup(s.Close)
	return s.URL
}

func dialWebSocket(tb testing.TB, addr string, opt *websocket.DialOptions) *websocket.Conn {
	tb.Helper()
	ctx, cancel := testTimeout()
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws://"+addr+"/echo", opt)
	if err != nil {
		tb.Fatal(err)
	}
	c.SetReadLimit(4 << 20)
	tb.Cleanup(func() { _ = c.CloseNow() })
	return c
}

func TestAWebSocketCarriesMessagesOfEverySize(t *testing.T) {
	_, addr := startProxy(t, siteAt(echoServer(t, nil)))
	for name, opt := range map[string]*websocket.DialOptions{
		"plain":      {Subprotocols: []string{"echo"}},
		"compressed": {CompressionMode: websocket.CompressionContextTakeover},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := testTimeout()
			defer cancel()
			c := dialWebSocket(t, addr, opt)
			if len(opt.Subprotocols) > 0 && c.Subprotocol() != "echo" {
				t.Errorf("subprotocol %q", c.Subprotocol())
			}
			for _, size := range []int{0, 1, 125, 126, 65535, 65536, 1 << 20} {
				message := bytes.Repeat([]byte("einlass "), size/8+1)[:size]
				if err := c.Write(ctx, websocket.MessageBinary, message); err != nil {
					t.Fatal(err)
				}
				_, got, err := c.Read(ctx)
				if err != nil || !bytes.Equal(got, message) {
					t.Fatalf("%d bytes came back as %d, %v", size, len(got), err)
				}
			}
			if err := c.Close(websocket.StatusNormalClosure, "done"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAFragmentedMessageIsPassedOnInFragments(t *testing.T) {
	_, addr := startProxy(t, siteAt(echoServer(t, nil)))
	c := dialTest(t, addr)
	r := handshake(t, c)
	key := [4]byte{1, 2, 3, 4}
	// "Hel" + ping in between + "lo", the last frame in three pieces on the wire.
	send(t, c, string(maskedFrame(0x01, key, "Hel"))+string(maskedFrame(0x89, key, "p")))
	want(t, r, "\x8a\x01p")
	last := string(maskedFrame(0x80, key, "lo"))
	for _, piece := range []string{last[:1], last[1:5], last[5:]} {
		send(t, c, piece)
	}
	want(t, r, "\x81\x05Hello")
	send(t, c, string(maskedFrame(0x88, key, "\x0f\xa0bye"))) // 4000
	want(t, r, "\x88\x05\x0f\xa0bye")
	wantClosed(t, r)
}

func maskedFrame(first byte, key [4]byte, payload string) []byte {
	frame := append([]byte{first, 0x80 | byte(len(payload))}, key[:]...)
	for i := range len(payload) {
		frame = append(frame, payload[i]^key[i%4])
	}
	return frame
}

const handshakeRequest = "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// handshake opens a WebSocket by hand and returns what follows.
func handshake(tb testing.TB, c net.Conn) *bufio.Reader {
	tb.Helper()
	send(tb, c, handshakeRequest)
	r := bufio.NewReader(c)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != 101 {
		tb.Fatalf("no handshake: %v, %v", resp, err)
	}
	return r
}

func TestCloseCodesPassInBothDirections(t *testing.T) {
	closed := make(chan error, 1)
	_, addr := startProxy(t, siteAt(echoServer(t, func(err error) { closed <- err })))
	c := dialWebSocket(t, addr, nil)
	if err := c.Close(4321, "mein Grund"); err != nil {
		t.Fatal(err)
	}
	var ce websocket.CloseError
	if err := <-closed; !errors.As(err, &ce) || ce.Code != 4321 || ce.Reason != "mein Grund" {
		t.Errorf("the origin saw %v", err)
	}
}

func TestTheHandshakeIsPassedOnAndAnsweredExactly(t *testing.T) {
	const accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" // RFC 6455 section 1.3
	origin := newScriptedBackend(t, scriptedAnswer{bytes: []byte("HTTP/1.1 101 Los\r\nUpgrade: WebSocket\r\n" +
		"Connection: Upgrade, X-Hop\r\nX-Hop: 1\r\nEinlass-X: 1\r\n" + accept + "Sec-WebSocket-Protocol: p\r\n\r\n\x81\x02hi"), close: true})
	_, addr := startProxy(t, siteAt("http://"+origin.addr))
	c := dialTest(t, addr)
	send(t, c, strings.TrimSuffix(handshakeRequest, "\r\n")+"Sec-WebSocket-Protocol: p\r\nKeep-Alive: x\r\n\r\n")
	want(t, c, "HTTP/1.1 101 Los\r\n"+accept+"Sec-WebSocket-Protocol: p\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi")
	wantClosed(t, c)
	wantSeen := "GET /chat HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
		"Sec-WebSocket-Protocol: p\r\nX-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n" +
		"X-Forwarded-Host: h\r\nX-Forwarded-Port: 80\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
	if got := origin.requests(); len(got) != 1 || got[0] != wantSeen {
		t.Errorf("the origin saw\n%q\nwant\n%q", got, wantSeen)
	}
}

func TestAHalfUnderstoodHandshakeOpensNoTunnel(t *testing.T) {
	const accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	for name, answer := range map[string]string{
		"no proof":          "Connection: Upgrade\r\nUpgrade: websocket\r\n",
		"a wrong proof":     "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n",
		"another protocol":  "Connection: Upgrade\r\nUpgrade: h2c\r\n" + accept,
		"no Upgrade":        "Connection: Upgrade\r\n" + accept,
		"no Connection":     "Upgrade: websocket\r\n" + accept,
		"ambiguous framing": "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\nContent-Length: 2\r\n" + accept,
	} {
		t.Run(name, func(t *testing.T) {
			origin := newScriptedBackend(t, answering("HTTP/1.1 101 Switching Protocols\r\n"+answer+"\r\n"))
			b, addr := startProxy(t, siteAt("http://"+origin.addr))
			c := dialTest(t, addr)
			send(t, c, handshakeRequest)
			want(t, c, "HTTP/1.1 502 ")
			if n := b.Status().WebSocket; n != 0 {
				t.Errorf("%d tunnels were opened", n)
			}
		})
	}
}

func TestWhatIsNoWebSocketIsForwardedWithoutUpgrade(t *testing.T) {
	for name, request := range map[string]string{
		"another protocol": "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n\r\n",
		"two protocols":    strings.Replace(handshakeRequest, "Upgrade: websocket", "Upgrade: websocket, h2c", 1),
		"no key":           "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		"a bad key":        strings.Replace(handshakeRequest, "dGhl", "dGh", 1),
		"no Connection":    strings.Replace(handshakeRequest, "Connection: keep-alive, Upgrade\r\n", "", 1),
		"POST":             strings.Replace(handshakeRequest, "GET", "POST", 1),
		"HTTP/1.0":         strings.Replace(handshakeRequest, "HTTP/1.1", "HTTP/1.0", 1),
		"a body":           strings.Replace(handshakeRequest, "\r\n\r\n", "\r\nContent-Length: 1\r\n\r\nx", 1),
	} {
		t.Run(name, func(t *testing.T) {
			origin := newScriptedBackend(t, answering("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"))
			_, addr := startProxy(t, with(siteAt("http://"+origin.addr), func(b *config.Backend) { b.GetBodies = true }))
			c := dialTest(t, addr)
			send(t, c, request)
			want(t, c, "HTTP/1.1 426 Upgrade Required\r\n")
			got := strings.ToLower(origin.requests()[0])
			if strings.Contains(got, "\r\nupgrade:") || strings.Contains(strings.ReplaceAll(got, "\r\nconnection: close\r\n", "\r\n"), "\r\nconnection:") || strings.Contains(got, "http2-settings") {
				t.Errorf("the origin saw %q", got)
			}
		})
	}
}

func TestAnOriginMayDeclineAWebSocket(t *testing.T) {
	origin := newScriptedBackend(t, answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"), answering(okAnswer))
	_, addr := startProxy(t, with(siteAt("http://"+origin.addr), func(b *config.Backend) { b.Upgrade.Max = 1 }))
	c := dialTest(t, addr)
	r := bufio.NewReader(c)
	send(t, c, handshakeRequest)
	wantAnswer(t, r, "GET", 403, "no")
	send(t, c, handshakeRequest) // its place was given back
	wantAnswer(t, r, "GET", 200, "ok")
}

func TestWebSocketsAreCounted(t *testing.T) {
	b, addr := startProxy(t, with(siteAt(echoServer(t, nil)), func(b *config.Backend) { b.Upgrade.Max = 1 }))
	c := dialTest(t, addr)
	r := handshake(t, c)
	if n := b.Status().WebSocket; n != 1 {
		t.Errorf("%d are open", n)
	}
	second := dialTest(t, addr)
	send(t, second, handshakeRequest)
	want(t, second, "HTTP/1.1 503 ")
	send(t, c, string(maskedFrame(0x88, [4]byte{}, "\x03\xe8")))
	want(t, r, "\x88\x02\x03\xe8")
	wantClosed(t, r) // comes after the place was given back
	if n := b.Status().WebSocket; n != 0 {
		t.Errorf("%d are open", n)
	}
	handshake(t, dialTest(t, addr))
}

func TestAWebSocketEndsWhenItsTimeIsOver(t *testing.T) {
	for name, limits := range map[string]config.Upgrade{
		"nobody said anything": {Max: 1, IdleTimeout: 100 * time.Millisecond, TotalTimeout: time.Hour},
		"it was open too long": {Max: 1, IdleTimeout: time.Hour, TotalTimeout: 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			closed := make(chan error, 1)
			_, addr := startProxy(t, with(siteAt(echoServer(t, func(err error) { closed <- err })), func(b *config.Backend) { b.Upgrade = limits }))
			ctx, cancel := testTimeout()
			defer cancel()
			c := dialWebSocket(t, addr, nil)
			_, _, err := c.Read(ctx)
			if got := websocket.CloseStatus(err); got != websocket.StatusGoingAway {
				t.Errorf("the visitor saw %v", err)
			}
			if got := websocket.CloseStatus(<-closed); got != websocket.StatusGoingAway {
				t.Errorf("the origin saw %v", got)
			}
		})
	}
}

func TestABusyWebSocketIsNotIdle(t *testing.T) {
	// One direction only: the other one must not be found idle for it.
	const idle = 300 * time.Millisecond
	origin := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		if _, err := readRawHead(r); err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 101 Los\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
		for range 8 {
			time.Sleep(idle / 4) // the rhythm is what is tested
			if _, err := io.WriteString(c, "\x81\x02hi"); err != nil {
				return
			}
		}
	})
	_, addr := startProxy(t, with(siteAt("http://"+origin), func(b *config.Backend) { b.Upgrade.IdleTimeout = idle }))
	r := handshake(t, dialTest(t, addr))
	want(t, r, strings.Repeat("\x81\x02hi", 8))
}

func TestStopClosesWebSockets(t *testing.T) {
	closed := make(chan error, 2)
	b, addr := startProxy(t, siteAt(echoServer(t, func(err error) { closed <- err })))
	ctx, cancel := testTimeout()
	defer cancel()
	var visitors []*websocket.Conn
	for range 2 {
		visitors = append(visitors, dialWebSocket(t, addr, nil))
	}
	stopped := make(chan error, 1)
	go func() { stopped <- b.Stop(ctx) }()
	for _, c := range visitors {
		if _, _, err := c.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("a visitor saw %v", err)
		}
		if err := <-closed; websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("the origin saw %v", err)
		}
	}
	if err := <-stopped; err != nil {
		t.Errorf("Stop: %v", err)
	}
	c := dialTest(t, addr)
	send(t, c, handshakeRequest)
	want(t, c, "HTTP/1.1 503 ")
}

func TestStopBreaksOffAWebSocketThatDoesNotListen(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	origin := serveRaw(t, func(c net.Conn) {
		if _, err := readRawHead(bufio.NewReader(c)); err != nil {
			return
		}
		// A frame that is announced and never ends leaves no room for a Close frame.
		_, _ = io.WriteString(c, "HTTP/1.1 101 Los\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x82\x7dx")
		<-hang
	})
	b, addr := startProxy(t, siteAt("http://"+origin))
	r := handshake(t, dialTest(t, addr))
	want(t, r, "\x82\x7dx")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Stop: %v", err)
	}
	wantClosed(t, r)
}

func TestAVisitorWhoLeavesClosesTheOriginsSide(t *testing.T) {
	var ended atomic.Bool
	done := make(chan struct{})
	origin := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		if _, err := readRawHead(r); err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 101 Los\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
		_, _ = io.Copy(io.Discard, r)
		ended.Store(true)
		close(done)
	})
	_, addr := startProxy(t, siteAt("http://"+origin))
	c := dialTest(t, addr)
	handshake(t, c)
	_ = c.Close()
	<-done
}

func TestACloseFrameIsSentBetweenFrames(t *testing.T) {
	var f frames
	wire := []byte{}
	for _, frame := range []string{
		"\x81\x02hi", "\x82\x7e\x00\x80" + strings.Repeat("x", 128), "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00" + strings.Repeat("y", 65536),
		string(maskedFrame(0x89, [4]byte{9, 9, 9, 9}, "ping")), "\x8a\x00",
	} {
		wire = append(wire, frame...)
	}
	var between int
	for _, b := range wire {
		f.feed([]byte{b})
		if f.between() {
			between++
		}
	}
	if between != 5 || f.closed {
		t.Errorf("%d gaps between 5 frames, closed %v", between, f.closed)
	}
	var whole frames
	whole.feed(wire)
	whole.feed(closeFrame(false))
	if !whole.between() || !whole.closed {
		t.Error("a close frame was not seen")
	}
	masked := closeFrame(true)
	if len(masked) != 8 || masked[6]^masked[2] != goingAway>>8 || masked[7]^masked[3] != goingAway&0xff {
		t.Errorf("%x is no masked Close frame", masked)
	}
	if got := fmt.Sprintf("%x", closeFrame(false)); got != "880203e9" {
		t.Errorf("%s is no Close frame", got)
	}
}

// panicConn is a connection that cannot be read.
type panicConn struct{ net.Conn }

func (panicConn) Read([]byte) (int, error) { panic("planted") }

func TestAWebSocketThatPanicsIsNoExit(t *testing.T) {
	visitor, _ := tcpPair(t)
	origin, _ := tcpPair(t)
	panics := 0
	ts := &tunnels{onPanic: func() { panics++ }}
	tunnel := &tunnel{owner: ts, log: zap.NewNop(), c: newConn(origin), begun: time.Now(), end: time.Now().Add(time.Hour), idle: time.Hour}
	tunnel.relay(&side{origin, origin}, &side{panicConn{visitor}, visitor}, nil, true)
	if panics != 1 || !tunnel.over.Load() {
		t.Errorf("%d panics, over: %v", panics, tunnel.over.Load())
	}
}
