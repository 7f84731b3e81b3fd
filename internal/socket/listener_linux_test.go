package socket

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A crowd connects and sends at once while the listener is finished, 60 times. Everybody is either refused, when he connects, or heard.
func TestWhoIsConnectedWhenAListenerFinishesIsHeard(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			heard := 0
			for range 60 {
				heard += finishUnderACrowd(t, kind)
			}
			if t.Logf("%d were heard", heard); heard < 60 {
				t.Errorf("only %d were heard", heard)
			}
		})
	}
}

func finishUnderACrowd(t *testing.T, kind string) (heard int) {
	t.Helper()
	l, ok := NewListener(listen(t, kind), false)
	if !ok {
		t.Fatal("it cannot be finished")
	}
	var crowd sync.WaitGroup
	var lost, answers atomic.Int32
	first := make(chan struct{})
	told := sync.OnceFunc(func() { close(first) })
	for range 8 {
		crowd.Go(func() {
			for {
				nc, err := net.Dial(kind, l.Addr().String())
				if err != nil {
					if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, os.ErrNotExist) {
						t.Error(err)
					}
					return
				}
				_, err = nc.Write([]byte("hello"))
				got, readErr := io.ReadAll(nc)
				if err = errors.Join(err, readErr); err != nil || !bytes.Equal(got, []byte("hello")) {
					lost.Add(1)
					t.Errorf("lost: %q, %v", got, err)
				}
				answers.Add(1)
				told()
				_ = nc.Close()
			}
		})
	}
	accepted := make(chan error, 1)
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				_ = l.Close()
				accepted <- err
				return
			}
			crowd.Go(func() {
				var p [5]byte
				_, _ = io.ReadFull(nc, p[:])
				_, _ = nc.Write(p[:])
				_ = nc.Close()
			})
		}
	}()
	<-first
	if err := l.Finish(); err != nil {
		t.Error(err)
		_ = l.Close()
	}
	if err := <-accepted; !errors.Is(err, net.ErrClosed) {
		t.Errorf("the last Accept: %v", err)
	}
	crowd.Wait()
	return int(answers.Load())
}

// Nobody accepts until long after the deadline: who waits is heard all the same.
func TestAListenerThatComesLateToItsEndBringsEverybodyWhoWaits(t *testing.T) {
	l, _ := NewListener(listen(t, "tcp"), false)
	for range 20 {
		nc, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = nc.Close() }()
	}
	if err := l.Finish(); err != nil {
		t.Fatal(err)
	}
	_ = l.SetDeadline(time.Unix(1, 0))
	for range 20 {
		nc, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = nc.Close()
		_ = l.SetDeadline(time.Unix(1, 0))
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the last Accept: %v", err)
	}
	_ = l.Close()
}

// The socket is the service manager's too, or that of a process at a handover: who waits in it waits on, and new ones are taken.
func TestASocketThatIsKeptElsewhereIsOnlyClosed(t *testing.T) {
	t.Run("for good", func(t *testing.T) { onlyClosed(t, true) })
	t.Run("for now", func(t *testing.T) { onlyClosed(t, false) })
}

func onlyClosed(t *testing.T, kept bool) {
	t.Helper()
	raw := listen(t, "tcp")
	f, err := raw.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	again, err := net.FileListener(f)
	_ = f.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	l, _ := NewListener(raw, kept)
	l.Share(!kept)
	at := l.Addr().String()
	for i := range 2 {
		nc, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = nc.Close() }()
		if i == 0 {
			if err := l.Finish(); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("Accept: %v", err)
			}
		}
		theirs, err := again.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = theirs.Close()
	}
}

// Its file is of use to the other process until it is nobody else's.
func TestTheFileOfASharedSocketStays(t *testing.T) {
	for _, shared := range []bool{true, false} {
		l, _ := NewListener(listen(t, "unix"), false)
		at := l.Addr().String()
		l.Share(true)
		l.Share(shared)
		if err := errors.Join(l.Finish(), l.Close()); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		if _, err := os.Lstat(at); shared != (err == nil) {
			t.Errorf("shared %t: %v", shared, err)
		}
	}
}

func TestAListenerOfAnotherKindIsLeftAsItIs(t *testing.T) {
	if _, ok := NewListener(struct{ net.Listener }{}, false); ok {
		t.Error("it can be finished")
	}
}
