package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

// Somebody whose browser sends too much is told whom to call, as on all pages of the room. Where the host says nothing of the room, or
// two rooms have it, nobody's telephone is shown.
func TestAHeadThatIsTooLongIsAnsweredByTheRoomOfItsHost(t *testing.T) {
	const telephone = "07131 56-2000"
	one := config.Room{ID: "termine", Hosts: []string{"termine.test"}, Paths: []string{"/"}}
	two := config.Room{ID: "pass", Hosts: []string{"pass.test", "both.test"}, Paths: []string{"/pass"}}
	three := config.Room{ID: "wahl", Hosts: []string{"both.test"}, Paths: []string{"/wahl"}}
	s := newFixture(t, slow, one, two, three)
	for host, want := range map[string]bool{"termine.test": true, "Termine.test:80": true, "pass.test": true, "both.test": false, "other.test": false} {
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, err = fmt.Fprintf(conn, "GET /x HTTP/1.1\r\nHost: %s\r\nAccept-Language: de\r\nCookie: a=%s\r\n\r\n", host, strings.Repeat("x", 17<<10))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		body := string(text)
		if resp.StatusCode != 431 || strings.Contains(body, telephone) != want || !strings.Contains(body, `lang="de"`) {
			t.Errorf("%s: %d\n%s", host, resp.StatusCode, body)
		}
	}
}
