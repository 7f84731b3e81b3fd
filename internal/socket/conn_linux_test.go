package socket

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// kinds are the sockets that Direct is for.
var kinds = []string{"tcp", "unix"}

// listen opens a listener of package net.
func listen(t *testing.T, kind string) net.Listener {
	t.Helper()
	address := "127.0.0.1:0"
	if kind == "unix" {
		address = filepath.Join(t.TempDir(), "s")
	}
	ln, err := net.Listen(kind, address)
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// pair connects two ends; ours is as package net made it.
func pair(t *testing.T, kind string) (ours, theirs net.Conn) {
	t.Helper()
	ln := listen(t, kind)
	defer ln.Close()
	var err error
	if ours, err = net.Dial(kind, ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if theirs, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs
}

// alike runs a test on both kinds of sockets, as package net reads and writes them and as we do: what holds for one has to
// hold for the other.
func alike(t *testing.T, test func(t *testing.T, ours, theirs net.Conn)) {
	for _, kind := range kinds {
		t.Run(kind+"/net", func(t *testing.T) {
			ours, theirs := pair(t, kind)
			test(t, ours, theirs)
		})
		t.Run(kind+"/direct", func(t *testing.T) {
			ours, theirs := pair(t, kind)
			test(t, asDirect(t, ours), theirs)
		})
	}
}

func asDirect(t *testing.T, nc net.Conn) *Conn {
	t.Helper()
	c, ok := Direct(nc).(*Conn)
	if !ok {
		t.Fatalf("%T is not read directly", nc)
	}
	return c
}

// full writes until the socket takes no more.
func full(t *testing.T, c net.Conn) (written int) {
	t.Helper()
	chunk := make([]byte, 64<<10)
	for {
		_ = c.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		n, err := c.Write(chunk)
		written += n
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal(err)
			}
			_ = c.SetWriteDeadline(time.Time{})
			return written
		}
	}
}

func TestBytesComeAsTheyWereSentAndThenTheEnd(t *testing.T) {
	alike(t, func(t *testing.T, ours, theirs net.Conn) {
		sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		go func() {
			_, _ = theirs.Write(sent)
			_ = theirs.Close()
		}()
		got, err := io.ReadAll(ours)
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d of %d bytes, %v", len(got), len(sent), err)
		}
	})
}

func TestAWriteWaitsUntilAllIsTaken(t *testing.T) {
	alike(t, func(t *testing.T, ours, theirs net.Conn) {
		sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<19)
		got := make(chan []byte)
		go func() {
			all, _ := io.ReadAll(theirs)
			got <- all
		}()
		if n, err := ours.Write(sent); n != len(sent) || err != nil {
			t.Errorf("%d of %d, %v", n, len(sent), err)
		}
		if err := ours.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Error(err)
		}
		if all := <-got; !bytes.Equal(all, sent) {
			t.Errorf("%d of %d bytes came", len(all), len(sent))
		}
	})
}

func TestNothingIsReadIntoNothingAndNothingWritten(t *testing.T) {
	alike(t, func(t *testing.T, ours, _ net.Conn) {
		if n, err := ours.Read(nil); n != 0 || err != nil {
			t.Errorf("read: %d, %v", n, err)
		}
		if n, err := ours.Write(nil); n != 0 || err != nil {
			t.Errorf("write: %d, %v", n, err)
		}
	})
}

func TestDeadlinesEndWaitsAndWhatWasWrittenIsTold(t *testing.T) {
	alike(t, func(t *testing.T, ours, theirs net.Conn) {
		_ = ours.SetReadDeadline(time.Unix(1, 0))
		if n, err := ours.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %d, %v", n, err)
		}
		_ = ours.SetReadDeadline(time.Now().Add(time.Millisecond))
		if n, err := ours.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %d, %v", n, err)
		}
		var netErr net.Error
		if _, err := ours.Read(make([]byte, 1)); !errors.As(err, &netErr) || !netErr.Timeout() {
			t.Errorf("%v is no timeout", err)
		}
		written := full(t, ours)
		if err := ours.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Error(err)
		}
		if n, err := io.Copy(io.Discard, theirs); n != int64(written) || err != nil {
			t.Errorf("%d bytes of %d came, %v", n, written, err)
		}
	})
}

// A deadline of another goroutine ends a wait that has begun.
func TestAWaitCanBeEndedFromElsewhere(t *testing.T) {
	for what, end := range map[string]func(net.Conn){
		"deadline": func(c net.Conn) { _ = c.SetReadDeadline(time.Unix(1, 0)) },
		"close":    func(c net.Conn) { _ = c.Close() },
	} {
		t.Run(what, func(t *testing.T) {
			alike(t, func(t *testing.T, ours, theirs net.Conn) {
				began, ended := make(chan struct{}), make(chan error)
				go func() {
					if _, err := ours.Read(make([]byte, 1)); err != nil {
						t.Error(err)
					}
					close(began)
					_, err := ours.Read(make([]byte, 1))
					ended <- err
				}()
				_, _ = theirs.Write([]byte("x"))
				<-began
				end(ours)
				if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, net.ErrClosed) {
					t.Error(err)
				}
			})
		})
	}
}

func TestAfterCloseThereIsErrClosed(t *testing.T) {
	alike(t, func(t *testing.T, ours, _ net.Conn) {
		_ = ours.Close()
		if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read: %v", err)
		}
		if _, err := ours.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("write: %v", err)
		}
	})
}

// reset makes the peer answer bytes with a reset.
func reset(t *testing.T, theirs net.Conn) {
	t.Helper()
	if err := theirs.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
}

func TestAResetIsToldAsNetTellsIt(t *testing.T) {
	for _, wrap := range []func(net.Conn) net.Conn{func(nc net.Conn) net.Conn { return nc }, Direct} {
		nc, theirs := pair(t, "tcp")
		ours := wrap(nc)
		reset(t, theirs)
		_, err := ours.Read(make([]byte, 1))
		var op *net.OpError
		if !errors.Is(err, syscall.ECONNRESET) || !errors.As(err, &op) || op.Op != "read" || op.Net != "tcp" || op.Addr == nil {
			t.Errorf("read: %v", err)
		}
		if _, err = ours.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) || !errors.As(err, &op) || op.Op != "write" {
			t.Errorf("write: %v", err)
		}
	}
}

func TestOnlyStreamSocketsAreReadDirectly(t *testing.T) {
	a, _ := net.Pipe()
	if Direct(a) != a {
		t.Error("a pipe was wrapped")
	}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	if nc := udp.(net.Conn); Direct(nc) != nc {
		t.Error("datagrams were wrapped")
	}
	packets, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "s"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	if Direct(packets) != net.Conn(packets) {
		t.Error("packets were wrapped")
	}
	ours, _ := pair(t, "tcp")
	if asDirect(t, ours).NetConn() != ours {
		t.Error("the connection below is another one")
	}
}

func TestReadingAndWritingAllocateNothing(t *testing.T) {
	nc, theirs := pair(t, "tcp")
	ours := asDirect(t, nc)
	var peeker Peeker
	peeker.Reset(nc.(*net.TCPConn))
	var p, q [16]byte
	if n := testing.AllocsPerRun(100, func() {
		_, _ = theirs.Write(p[:])
		_, _ = ours.Read(q[:])
		_, _ = ours.Write(p[:])
		_, _ = theirs.Read(q[:])
		_ = peeker.Quiet()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
