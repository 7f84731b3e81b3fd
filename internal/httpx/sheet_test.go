package httpx

import (
	"net"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
)

// sheetOf answers with as many bytes on a sheet, and a head that is longer by so many.
func sheetOf(v *Visit) {
	size, longer, _ := strings.Cut(string(v.Query()), "-")
	n, _ := strconv.Atoi(size)
	m, _ := strconv.Atoi(longer)
	sheet := NewSheet()
	body := append(sheet.Body(), strings.Repeat("x", n)...)
	v.AnswerSheet(200, "text/plain", sheet, body, "Longer", strings.Repeat("y", m))
	if string(v.Path()) == "/panic" {
		panic("as asked")
	}
}

func TestASheetIsSentWithItsHeadHoweverLongBothAre(t *testing.T) {
	_, addr := serve(t, given(), sheetOf)
	c := dial(t, addr)
	for _, query := range []string{"0", "1", "12000", "60000", "300000", "5", "10-4000", "12000-5000", "12000-70000", "7"} {
		for _, method := range []string{"HEAD", "GET"} {
			size, _, _ := strings.Cut(query, "-")
			res, body := c.ask(method+" /?"+query+" HTTP/1.1\r\nHost: h\r\n\r\n", 200)
			if got := res.Header.Get("Content-Length"); got != size {
				t.Errorf("%s %s: length %s", method, query, got)
			}
			want, _ := strconv.Atoi(size)
			if method == "HEAD" {
				want = 0
			}
			if body != strings.Repeat("x", want) {
				t.Errorf("%s %s: %d other bytes", method, query, len(body))
			}
		}
	}
}

func TestSheetsOfPipelinedRequestsComeInOrder(t *testing.T) {
	_, addr := serve(t, given(), sheetOf)
	c := dial(t, addr)
	c.send("GET /?1 HTTP/1.1\r\nHost: h\r\n\r\nGET /?12000 HTTP/1.1\r\nHost: h\r\n\r\nGET /?3-5000 HTTP/1.1\r\nHost: h\r\n\r\n")
	for _, want := range []int{1, 12000, 3} {
		if _, body := c.answer("GET"); body != strings.Repeat("x", want) {
			t.Errorf("%d bytes instead of %d", len(body), want)
		}
	}
}

// A page costs one system call to send, not two.
func TestASheetLeavesInOneWriteWithItsHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(), sheetOf)
		mine, theirs := net.Pipe()
		writes := &countedWrites{Conn: theirs}
		c := wrapClient(t, mine)
		ln.conns <- writes
		for range 3 {
			before := writes.n
			c.ask("GET /?12000-1500 HTTP/1.1\r\nHost: h\r\n\r\n", 200)
			synctest.Wait()
			if n := writes.n - before; n != 1 {
				t.Errorf("%d writes", n)
			}
		}
	})
}

type countedWrites struct {
	net.Conn
	n int
}

func (c *countedWrites) Write(p []byte) (int, error) {
	c.n++
	return c.Conn.Write(p)
}

func TestASheetIsNotSentIfThereWasAPanicBehindIt(t *testing.T) {
	_, addr := serve(t, given(), sheetOf)
	c := dial(t, addr)
	c.ask("GET /panic?12000 HTTP/1.1\r\nHost: h\r\n\r\n", 500)
	c.closed()
}
