package handover

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// part is the variable that makes the test binary a successor, which plays what it names; or a predecessor, which ends at once.
const part = "HANDOVER_TEST_PART"

func TestMain(m *testing.M) {
	switch os.Getenv(part) {
	case "":
		os.Exit(m.Run())
	case "leave": // starts a successor, and ends without a word
		_, err := Start(&Program{Path: os.Args[0], Env: append(os.Environ(), part+"=alone"), Output: os.Stderr})
		if err != nil {
			panic(err)
		}
	default:
		if err := succeed(os.Getenv(part)); err != nil {
			_, _ = io.WriteString(os.Stderr, err.Error())
			os.Exit(1)
		}
	}
}

// succeed is the successor's side, up to where it dies.
func succeed(dies string) error {
	if dies == "at once" {
		return nil
	}
	p, err := FromEnvironment(os.Getenv)
	if err != nil {
		return err
	}
	if dies == "refuses" {
		return p.Refuse(errors.New("rooms[0]: is wrong"))
	}
	if dies == "silent" {
		select {}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	left, alone, err := p.Take(ctx, "v2")
	if dies == "alone" {
		_, _ = io.WriteString(os.Stderr, "alone "+strconv.FormatBool(alone))
		return err
	}
	if err != nil || dies == "taken" {
		return err
	}
	if err := p.Serves(); err != nil {
		return err
	}
	c, err := p.Sockets()[0].Accept()
	if err == nil {
		_, err = io.WriteString(c, p.Sockets()[0].Path+" "+p.Sockets()[0].Text+" "+string(left))
	}
	if err == nil {
		_, err = io.Copy(p.Lines(), p.Lines()) // until the predecessor closes its end
	}
	return errors.Join(err, c.Close())
}

func start(t *testing.T, dies string, sockets ...Socket) *Successor {
	t.Helper()
	s, err := Start(&Program{Path: os.Args[0], Env: append(os.Environ(), part+"="+dies), Output: os.Stderr, Sockets: sockets})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() })
	return s
}

func TestASuccessorGetsTheSocketsAndLendsItsLines(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := FileOf(ln)
	if err = errors.Join(err, ln.Close()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	s := start(t, "never", Socket{Path: "listen.http", Text: ":80", File: f})
	if version, err := s.Ready(t.Context()); err != nil || version != "v2" {
		t.Fatal(version, err)
	}
	if err := errors.Join(s.Take(json.RawMessage(`{"a":1}`)), s.Serves(t.Context())); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var p [32]byte
	if n, err := c.Read(p[:]); err != nil || string(p[:n]) != `listen.http :80 {"a":1}` {
		t.Errorf("at its socket it says %q, %v", p[:n], err)
	}
	if _, err := io.WriteString(s.Lines(), "call"); err != nil {
		t.Error(err)
	}
	if n, err := s.Lines().Read(p[:]); err != nil || string(p[:n]) != "call" {
		t.Errorf("over the lines it says %q, %v", p[:n], err)
	}
}

func TestWhyThereIsNoSuccessorIsSaid(t *testing.T) {
	for dies, want := range map[string]string{
		"at once": `ended before it said "ready": it is of a release that cannot take over`,
		"refuses": "the new program refuses: rooms[0]: is wrong",
	} {
		if _, err := start(t, dies).Ready(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", dies, err)
		}
	}
	s := start(t, "taken")
	if _, err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Take(nil), s.Serves(t.Context())); err == nil || !strings.Contains(err.Error(), `ended before it said "serves"`) {
		t.Errorf("dies when it has taken over: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the time is over"))
	silent := start(t, "silent")
	if _, err := silent.Ready(ctx); err == nil || !strings.Contains(err.Error(), "in time: the time is over") {
		t.Errorf("says nothing: %v", err)
	}
	if err := silent.Kill(); err != nil {
		t.Error(err)
	}
	if _, err := Start(&Program{Path: "/nowhere/gateway"}); err == nil || !strings.Contains(err.Error(), "the new program does not start") {
		t.Errorf("is not there: %v", err)
	}
}

// However early its predecessor ends: the parent may be another process before it is asked for.
func TestASuccessorWhosePredecessorHasEndedGoesOnAlone(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_, err = os.StartProcess(os.Args[0], os.Args[:1], &os.ProcAttr{Env: append(os.Environ(), part+"=leave"), Files: []*os.File{nil, nil, w}})
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	if said, err := io.ReadAll(r); err != nil || string(said) != "alone true" {
		t.Errorf("it says %q, %v", said, err)
	}
}
