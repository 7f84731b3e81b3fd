package socket

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestAskSendsAndBringsTheFirstBytesOfTheAnswer(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			nc, theirs := pair(t, kind)
			ours := asDirect(t, nc)
			go func() {
				var p [4]byte
				for range 100 {
					if _, err := io.ReadFull(theirs, p[:]); err != nil {
						return
					}
					_, _ = theirs.Write([]byte("pong"))
				}
				_ = theirs.Close()
			}()
			var p [16]byte
			for range 100 {
				sent, n, err := ours.Ask([]byte("ping"), p[:])
				if sent != 4 || err != nil || string(p[:n]) != "pong" {
					t.Fatalf("sent %d, got %q, %v", sent, p[:n], err)
				}
			}
			if n, err := ours.Read(p[:]); n != 0 || err != io.EOF {
				t.Errorf("at the end: %d, %v", n, err)
			}
		})
	}
}

func TestAskThatIsNotAnsweredEndsAtTheDeadlineAndCanBeReadOn(t *testing.T) {
	nc, theirs := pair(t, "tcp")
	ours := asDirect(t, nc)
	var p [16]byte
	_ = ours.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	sent, n, err := ours.Ask([]byte("ping"), p[:])
	if sent != 4 || n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("sent %d, got %d, %v", sent, n, err)
	}
	_ = ours.SetReadDeadline(time.Time{})
	_, _ = theirs.Write([]byte("pong"))
	if n, err := ours.Read(p[:]); err != nil || string(p[:n]) != "pong" {
		t.Errorf("then: %q, %v", p[:n], err)
	}
}

// With a deadline that has passed nothing is sent: the caller may try it in another way.
func TestAskAfterTheDeadlineSendsNothing(t *testing.T) {
	nc, theirs := pair(t, "tcp")
	ours := asDirect(t, nc)
	_ = ours.SetReadDeadline(time.Unix(1, 0))
	if sent, _, err := ours.Ask([]byte("ping"), make([]byte, 1)); sent != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("sent %d, %v", sent, err)
	}
	_ = ours.Close()
	if all, err := io.ReadAll(theirs); len(all) != 0 || err != nil {
		t.Errorf("%q came, %v", all, err)
	}
}

func TestAskOfAFullSocketSaysHowMuchWasSentAndWaitsForNothing(t *testing.T) {
	nc, theirs := pair(t, "tcp")
	ours := asDirect(t, nc)
	_, _ = theirs.Write([]byte("unasked"))
	full(t, ours)
	request := make([]byte, 1<<20)
	sent, n, err := ours.Ask(request, make([]byte, 16))
	if sent == len(request) || n != 0 || err != nil {
		t.Errorf("sent %d, got %d, %v", sent, n, err)
	}
	var p [16]byte
	if n, err := ours.Read(p[:]); err != nil || string(p[:n]) != "unasked" {
		t.Errorf("then: %q, %v", p[:n], err)
	}
}

// What came before the question does not hide what comes after it, nor is it lost.
func TestAskFindsWhatCameEarlierWhenTheAnswerComes(t *testing.T) {
	nc, theirs := pair(t, "tcp")
	ours := asDirect(t, nc)
	_, _ = theirs.Write([]byte("early "))
	var peeker Peeker
	peeker.Reset(nc.(*net.TCPConn))
	for peeker.Quiet() {
		// until the bytes are here
	}
	go func() {
		var p [4]byte
		_, _ = io.ReadFull(theirs, p[:])
		_, _ = theirs.Write([]byte("pong"))
	}()
	var p [16]byte
	sent, n, err := ours.Ask([]byte("ping"), p[:])
	if sent != 4 || err != nil || string(p[:n]) != "early pong"[:n] {
		t.Errorf("sent %d, got %q, %v", sent, p[:n], err)
	}
}

func TestAskTellsWritingFromReading(t *testing.T) {
	nc, theirs := pair(t, "tcp")
	ours := asDirect(t, nc)
	reset(t, theirs)
	var p [16]byte
	// The first call finds the reset, whether in sending or in waiting; behind it there is only a broken pipe.
	if sent, n, err := ours.Ask([]byte("ping"), p[:]); n != 0 || err == nil || (sent == 4) != isOp(err, "read") {
		t.Errorf("sent %d, got %d, %v", sent, n, err)
	}
	if sent, n, err := ours.Ask([]byte("ping"), p[:]); sent != 0 || n != 0 || !errors.Is(err, syscall.EPIPE) || !isOp(err, "write") {
		t.Errorf("again: sent %d, got %d, %v", sent, n, err)
	}
}

func isOp(err error, op string) bool {
	var e *net.OpError
	return errors.As(err, &e) && e.Op == op
}

func TestAnEndIsNoAnswer(t *testing.T) {
	nc, theirs := pair(t, "tcp")
	ours := asDirect(t, nc)
	go func() {
		var p [4]byte
		_, _ = io.ReadFull(theirs, p[:])
		_ = theirs.Close()
	}()
	if sent, n, err := ours.Ask([]byte("ping"), make([]byte, 1)); sent != 4 || n != 0 || err != io.EOF {
		t.Errorf("sent %d, got %d, %v", sent, n, err)
	}
}

func TestQuietSeesBytesAndEnds(t *testing.T) {
	for _, kind := range kinds {
		nc, theirs := pair(t, kind)
		var peeker Peeker
		if !peeker.Quiet() {
			t.Error("a peeker of nothing is not quiet")
		}
		peeker.Reset(nc.(syscall.Conn))
		if !peeker.Quiet() {
			t.Error("a silent socket is not quiet")
		}
		_, _ = theirs.Write([]byte("x"))
		for peeker.Quiet() {
			// until the byte is here
		}
		var p [2]byte
		if n, err := nc.Read(p[:]); n != 1 || err != nil {
			t.Errorf("looking took the byte: %d, %v", n, err)
		}
		if !peeker.Quiet() {
			t.Error("a socket that was read empty is not quiet")
		}
		_ = theirs.Close()
		for peeker.Quiet() {
			// until the end is here
		}
		_ = nc.Close()
		if peeker.Quiet() {
			t.Error("a closed socket is quiet")
		}
	}
}
