package adminapi

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	codes "github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	keyring "github.com/einlass/einlass/pkg/token"
)

// doors is a room with a group, behind the API.
type doors struct {
	*planned
	issuer *codes.Issuer
	url    string
}

func newDoors(t *testing.T) *doors {
	t.Helper()
	d := &doors{planned: newPlanned(t, "2026-12-01T07:00:00Z")}
	ring, err := keyring.LoadEnv("k1:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))))
	if err != nil {
		t.Fatal(err)
	}
	source, err := keyring.NewSource(ring)
	if err == nil {
		d.issuer, err = codes.NewIssuer(source, "termine")
	}
	if err != nil {
		t.Fatal(err)
	}
	service, err := operator.New(func() []operator.Room {
		return []operator.Room{{ID: "termine", Line: d.room, Door: d.issuer, Backends: func() []operator.Backend { return nil }}}
	}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.room.Update(t.Context(), func(c *queue.Document) error { c.SetSchedule(`{"groups":[{"name":"residents"}]}`); return nil }); err != nil {
		t.Fatal(err)
	}
	d.pass(time.Second)
	d.url = serveOperators(t, service, Config{})
	return d
}

// ask asks as an operator, and gives the answer's status, type and text.
func (d *doors) ask(t *testing.T, method, path, body, accept string) (*http.Response, string) {
	t.Helper()
	r, text := ask(t, method, d.url+"/v1/rooms/termine"+path, body, "Authorization", "Bearer "+token, "Content-Type", "application/json", "Accept", accept)
	d.pass(time.Second)
	return r, text
}

func TestCodesAreLinesOfJSON(t *testing.T) {
	d := newDoors(t)
	r, text := d.ask(t, "POST", "/codes", `{"group":"residents","count":9000,"uses":2,"reason":"letters"}`, "application/json")
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != LinesType || r.Header.Get(RoomField) != "termine" {
		t.Fatalf("%d %v %.200s", r.StatusCode, r.Header, text)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var head CodesHead
	var last CodeLine
	var end CodesEnd
	for line, to := range map[int]any{0: &head, len(lines) - 2: &last, len(lines) - 1: &end} {
		if err := json.Unmarshal([]byte(lines[line]), to); err != nil {
			t.Errorf("%s: %v", lines[line], err)
		}
	}
	if len(lines) != 9002 || head.ID != "termine" || head.Batch.Batch != 1 || head.Batch.Count != 9000 || last.Serial != 8999 || end.Codes != 9000 {
		t.Errorf("%d lines: %+v, %+v, %+v", len(lines), head, last, end)
	}
	if r, again := d.ask(t, "POST", "/codes/print", `{"batch":1,"first":8999}`, ""); r.StatusCode != 200 || !strings.Contains(again, lines[9000]) || strings.Count(again, "\n") != 3 {
		t.Errorf("again: %d %s", r.StatusCode, again)
	}
}

func TestCodesAreATable(t *testing.T) {
	d := newDoors(t)
	r, text := d.ask(t, "POST", "/codes", `{"group":"residents","count":5}`, "text/csv, */*")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 6 || strings.Join(rows[0], " ") != "serial code" || rows[5][0] != "4" || len(rows[5][1]) != 19 {
		t.Errorf("%d %q, %v", r.StatusCode, rows, err)
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), CodesCSVType) || r.Header.Get(BatchField) != "1" {
		t.Errorf("%v", r.Header)
	}
}

func TestBatchesAreListedRevokedAndRemoved(t *testing.T) {
	d := newDoors(t)
	d.ask(t, "POST", "/codes", `{"group":"residents","count":5,"until":"2027-01-01T00:00:00+01:00"}`, "")
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", "/codes", "", 200, `"state":"in force"`},
		{"GET", "/codes", "", 200, `"until":"2026-12-31T23:00:00Z"`},
		{"POST", "/codes/revoke", `{"batch":1,"serials":[3]}`, 200, `"revoked":[3]`},
		{"DELETE", "/codes/1?reason=over", "", 422, "is in force"},
		{"POST", "/codes/revoke", `{"batch":1}`, 200, `"state":"revoked"`},
		{"POST", "/codes/revoke", `{"batch":2}`, 422, "there is no batch 2"},
		{"POST", "/codes/revoke", `{"codes":["2222-2222-2222-2222"]}`, 422, `"field":"codes[0]"`},
		{"POST", "/codes/revoke", `{`, 400, CodeMalformed},
		{"POST", "/codes", `{"group":"cats","count":5}`, 422, "it has residents"},
		{"POST", "/codes", `{"grup":"cats"}`, 422, "grup"},
		{"POST", "/codes/print", `{"batch":7}`, 404, CodeUnknown},
		{"DELETE", "/codes/x", "", 404, CodeNotFound},
		{"DELETE", "/codes/1?reason=over", "", 200, `"batches":[]`},
		{"DELETE", "/codes/1", "", 422, "there is no batch 1"},
		{"GET", "/codes", "", 200, `"batches":[]`},
		{"GET", "/codes/1", "", 405, CodeMethod},
	} {
		r, text := d.ask(t, c.method, c.path, c.body, "")
		if r.StatusCode == http.StatusPreconditionRequired {
			r, text = d.ask(t, c.method, c.path, withConfirmation(t, c.body, text), "")
		}
		if r.StatusCode != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s %s %s: %d %s, want %d %s", c.method, c.path, c.body, r.StatusCode, text, c.status, c.says)
		}
	}
}

func TestAnInvitationIsAnswered(t *testing.T) {
	d := newDoors(t)
	r, text := d.ask(t, "POST", "/invitations", `{"group":"residents","person":"case 7","until":"2026-12-02T08:00:00Z"}`, "")
	if r.StatusCode != 200 || !strings.Contains(text, `"invitation":"eyJ`) || strings.Contains(text, "case 7") {
		t.Errorf("%d %s", r.StatusCode, text)
	}
	for body, says := range map[string]string{
		`{"group":"residents"}`: "until: want it, or valid", `{"group":"residents","until":"tomorrow"}`: CodeInvalid, `{"person":4711}`: "person: want a text",
	} {
		if r, text := d.ask(t, "POST", "/invitations", body, ""); r.StatusCode != 422 || !strings.Contains(text, says) || strings.Contains(text, "4711") {
			t.Errorf("%s: %d %s", body, r.StatusCode, text)
		}
	}
}

// Whoever stops reading has no end, and gets the same codes again.
func TestAnAnswerThatIsCutOffHasNoEnd(t *testing.T) {
	d := newDoors(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"group":"residents","count":%d}`, codes.MaxCount)
	fmt.Fprintf(conn, "POST /v1/rooms/termine/codes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		token, len(body), body)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	some, err := io.ReadAll(io.LimitReader(resp.Body, 1000))
	if err != nil {
		t.Fatal(err)
	}
	_, first, _ := strings.Cut(string(some), "\n")
	first, _, _ = strings.Cut(first, "\n")
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	d.pass(time.Second)
	r, again := d.ask(t, "POST", "/codes/print", `{"batch":1,"first":1048570}`, "")
	if r.StatusCode != 200 || strings.Count(again, "\n") != 8 {
		t.Errorf("%d %.300s", r.StatusCode, again)
	}
	var line CodeLine
	if err := json.Unmarshal([]byte(first), &line); err != nil || line.Serial != 0 {
		t.Fatalf("%s: %v", first, err)
	}
	batches, err := codes.ParseBatches(documentOf(d).Codes())
	if err != nil {
		t.Fatal(err)
	}
	reader, err := d.issuer.Codes(batches)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Check(line.Code, batches[0].Made); err != nil {
		t.Errorf("a code of the part that came: %v", err)
	}
}

func documentOf(d *doors) *queue.Document { return &d.room.View().Snapshot.Document }

// stuck is a writer that nobody reads from.
type stuck struct{ http.ResponseWriter }

func (stuck) SetWriteDeadline(time.Time) error { return nil }
func (stuck) Write([]byte) (int, error)        { return 0, context.DeadlineExceeded }
func (s stuck) Header() http.Header            { return http.Header{} }
func (stuck) WriteHeader(int)                  {}

func TestAnAnswerThatNobodyReadsIsGivenUp(t *testing.T) {
	d := newDoors(t)
	service, err := operator.New(func() []operator.Room {
		return []operator.Room{{ID: "termine", Line: d.room, Door: d.issuer}}
	}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(service, Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://localhost/v1/rooms/termine/codes", strings.NewReader(`{"group":"residents","count":5000}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the answer is not cut off")
		}
	}()
	s.ServeHTTP(stuck{}, r)
}
