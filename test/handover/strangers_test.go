package handover

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// raw is a connection on which requests are written by hand.
type raw struct {
	t *testing.T
	net.Conn
	in *bufio.Reader
}

func (g *gate) dial() *raw {
	g.t.Helper()
	c, err := net.Dial("tcp", g.addr)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = c.Close() })
	return &raw{g.t, c, bufio.NewReader(c)}
}

func (r *raw) send(text string) {
	r.t.Helper()
	if _, err := io.WriteString(r, text); err != nil {
		r.t.Error(err)
	}
}

// wants reads an answer of the site.
func (r *raw) wants(body string) *http.Response {
	r.t.Helper()
	res, err := http.ReadResponse(r.in, nil)
	if err != nil {
		r.t.Errorf("%s: %v", body, err)
		return &http.Response{}
	}
	got, err := io.ReadAll(res.Body)
	if err != nil || string(got) != body {
		r.t.Errorf("the answer is %s %q, %v; want %q", res.Status, got, err, body)
	}
	return res
}

// Each is at another point of what a client does when the gateway is replaced, and goes on as if nothing had happened.
func TestStrangersGoOnWhenTheGatewayIsReplaced(t *testing.T) {
	s := newSite(t)
	g := newGate(t, s, false, "")
	g.start()
	idle, half, body, slow := g.dial(), g.dial(), g.dial(), g.dial()
	idle.send("GET /free/idle HTTP/1.1\r\nHost: h\r\n\r\n")
	if res := idle.wants("site /free/idle"); res.Close {
		t.Error("a connection ends with its first answer")
	}
	half.send("GET /free/half HTTP/1.1\r\nHo")
	body.send("POST /free/body HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nContent-Length: 10\r\n\r\n12345")
	slow.send("GET /free/slow HTTP/1.1\r\nHost: h\r\n\r\n")
	<-s.came
	ws, _, err := websocket.Dial(t.Context(), "ws://"+g.addr+"/free/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.CloseNow() }()
	echoes := func() error {
		if err := ws.Write(t.Context(), websocket.MessageText, []byte("here")); err != nil {
			return err
		}
		_, _, err := ws.Read(t.Context())
		return err
	}
	if err := echoes(); err != nil {
		t.Fatal(err)
	}
	pid, said := g.upgrade()
	if pid == 0 {
		t.Fatal(said)
	}
	idle.send("GET /free/idle HTTP/1.1\r\nHost: h\r\n\r\n")
	half.send("st: h\r\n\r\n")
	body.send("67890")
	close(s.goOn)
	for r, want := range map[*raw]string{idle: "site /free/idle", half: "site /free/half", body: "site /free/body", slow: "site slow"} {
		if res := r.wants(want); !res.Close {
			t.Errorf("the answer %q does not say that the connection is over", want)
		}
	}
	if err := echoes(); err != nil {
		t.Errorf("a WebSocket: %v", err)
	}
	fresh := g.dial()
	fresh.send("GET /free/fresh HTTP/1.1\r\nHost: h\r\n\r\n")
	if res := fresh.wants("site /free/fresh"); res.Close {
		t.Error("the new process ends connections with their first answer")
	}
	if all := g.processes(); len(all) != 2 {
		t.Errorf("while a WebSocket is open %v run", all)
	}
	if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("after stop_timeout the WebSocket ends with %v", err)
	}
	g.gone(g.first.Process.Pid)
	if err := <-g.ended; err != nil {
		t.Errorf("the old process ends with %v", err)
	}
}

// What cannot be is said by the command, and the gateway serves on.
func TestAnUpgradeThatCannotBeIsRefusedWithItsReason(t *testing.T) {
	g := newGate(t, newSite(t), false, "")
	g.start()
	c := usual(t, g)
	good := g.text
	refused := func(why string) {
		t.Helper()
		pid, said := g.upgrade()
		if pid != 0 || !strings.Contains(said, why) {
			t.Errorf("the command says %q, not %q", said, why)
		}
		if all := g.processes(); len(all) != 1 || all[0] != g.first.Process.Pid {
			t.Errorf("%v run after %q", all, why)
		}
		c.settled(2)
	}
	g.write("gateway.yaml", good+"    nonsense: true\n")
	refused("rooms[0].nonsense")
	g.write("gateway.yaml", strings.Replace(good, g.dir+"/journal", g.dir+"/gateway.yaml/journal", 1))
	refused("not upgraded, the gateway serves on: the new program refuses: ")
	g.write("gateway.yaml", good)
	g.install("/bin/false")
	refused("before it said \"ready\"")
	g.install("/nowhere/gateway")
	refused("the new program does not start")
	g.write("silent", "#!/bin/sh\nexit 0\n")
	g.install(g.dir + "/silent")
	refused("the new program does not start") // it may not be run
	g.install(program)
	if pid, said := g.upgrade(); pid == 0 {
		t.Error(said)
	}
	c.end()
}

// A line that is somewhere else would begin anew, with keys that no ticket is signed with. The same directory by another name is the same.
func TestASuccessorThatWouldLeaveTheLineBehindIsRefused(t *testing.T) {
	g := newGate(t, newSite(t), false, "")
	g.start()
	c := usual(t, g)
	here := "state: {dir: " + g.dir + "/state,"
	there := func(name string) {
		g.write("gateway.yaml", strings.Replace(g.text, here, "state: {dir: "+g.dir+"/"+name+",", 1))
	}
	there("other")
	control := "/control.sock" // at which the command asks
	if err := errors.Join(os.Symlink("state", g.dir+"/same"), os.Mkdir(g.dir+"/other", 0o700), os.Symlink(g.dir+"/state"+control, g.dir+"/other"+control)); err != nil {
		t.Fatal(err)
	}
	if pid, said := g.upgrade(); pid != 0 || !strings.Contains(said, "state.dir: the gateway that runs keeps its lines in "+g.dir+"/state, and they would stay behind") {
		t.Errorf("the command says %q", said)
	}
	c.settled(2)
	there("same")
	if pid, said := g.upgrade(); pid == 0 {
		t.Error(said)
	}
	c.end()
}

// Nobody comes but one, after an upgrade that could not be: the next one does not wait for somebody else.
func TestAGatewayAtWhichNobodyCallsIsReplaced(t *testing.T) {
	g := newGate(t, newSite(t), false, "")
	g.start()
	one := g.dial()
	g.install("/bin/false")
	if pid, said := g.upgrade(); pid != 0 {
		t.Fatal(said)
	}
	one.send("GET /free/one HTTP/1.1\r\nHost: h\r\n\r\n")
	one.wants("site /free/one")
	other := g.dial()
	other.send("GET /free/other HTTP/1.1\r\nHost: h\r\n\r\n")
	other.wants("site /free/other")
	g.install(program)
	if pid, said := g.upgrade(); pid == 0 {
		t.Error(said)
	}
	g.gone(g.first.Process.Pid)
}
