package httpx

import (
	"bufio"
	"context"
	"net"
	"testing"
	"testing/synctest"
)

// ender counts ends.
type ender chan struct{}

func (e ender) Ended() { e <- struct{}{} }

// none wants no end to have been told.
func (e ender) none(t *testing.T, when string) {
	t.Helper()
	select {
	case <-e:
		t.Errorf("the end was told %s", when)
	default:
	}
}

func TestTheEndOfAnAnswerIsToldOnceHoweverItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, more := make(ender, 10), make(chan struct{})
		s, ln := servePipes(t, given(), func(v *Visit) {
			v.WhenAnswered(e)
			switch string(v.Path()) {
			case "/panic":
				panic("as asked")
			case "/tunnel":
				v.Ctx().HijackSetNoResponse(true)
				v.Ctx().Hijack(func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) })
				return
			case "/stream":
				v.Ctx().SetBodyStreamWriter(func(w *bufio.Writer) {
					_, _ = w.WriteString("begun")
					_ = w.Flush()
					<-more
				})
				return
			}
			ok(v)
		})
		c := ln.dial(t).patient()
		c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		<-e
		c.ask("GET /panic HTTP/1.1\r\nHost: h\r\n\r\n", 500)
		<-e
		c = ln.dial(t).patient()
		c.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
		synctest.Wait()
		e.none(t, "while a stream was going on")
		close(more)
		c.answer("GET")
		<-e
		c.send("GET /tunnel HTTP/1.1\r\nHost: h\r\n\r\n")
		synctest.Wait()
		e.none(t, "while a tunnel was open")
		c.send("x")
		<-e
		c = ln.dial(t).patient()
		c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		_ = c.Close() // nobody takes the answer
		<-e
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		e.none(t, "twice")
	})
}
