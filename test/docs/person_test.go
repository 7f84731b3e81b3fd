package docs

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/visitor"
)

// person is somebody with a browser in front of the gate.
type person struct {
	t       *testing.T
	url     string
	cookies map[string]string
}

// come loads the page for the first time and gets a number.
func (m *machine) come() *person {
	m.t.Helper()
	p := &person{t: m.t, url: "http://" + m.web + "/", cookies: map[string]string{}}
	p.number()
	return p
}

// load loads the page and keeps its cookies.
func (p *person) load() (status int, page string, err error) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	req.Header.Set("Accept", "text/html")
	for name, value := range p.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := (&http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	for _, c := range res.Cookies() {
		p.cookies[c.Name] = c.Value
	}
	return res.StatusCode, string(text), err
}

// number is the one on the ticket, after the page was loaded until the gate knows it again.
func (p *person) number() uint64 {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second)
	defer cancel()
	for {
		status, page, err := p.load()
		if n := p.ticket(); err == nil && status == http.StatusOK && strings.Contains(page, "data-ahead") && n != 0 {
			return n
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("no number in the line: status %d, %v: %s", status, err, page)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// ticket is the number that the cookie says, 0 without one.
func (p *person) ticket() uint64 {
	for name, value := range p.cookies {
		if strings.Contains(name, "einlass-termine") {
			if n := visitor.ReadCredential(value).Number; n != 0 {
				return n
			}
		}
	}
	return 0
}

// keeps holds people to the numbers that they had.
func (m *machine) keeps(step string, people []*person, numbers []uint64) {
	m.t.Helper()
	for i, p := range people {
		if got := p.number(); got != numbers[i] {
			m.t.Errorf("%s: number %d is now %d", step, numbers[i], got)
		}
	}
}

// line lets people come, and gives their numbers.
func (m *machine) line(n int) (people []*person, numbers []uint64) {
	m.t.Helper()
	for range n {
		p := m.come()
		people, numbers = append(people, p), append(numbers, p.number())
	}
	return people, numbers
}

// knowsAll waits until the line holds them all. Their pages ask again meanwhile, as pages do: what the gateway heard just before a
// loss that it has not noticed yet it does not tell the store again.
func (m *machine) knowsAll(step string, people []*person) {
	m.t.Helper()
	var room struct {
		Waiting, Front int
	}
	for range 200 {
		out := m.sh("admin rooms --json")
		var list struct {
			Rooms []json.RawMessage
		}
		if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Rooms) != 1 {
			m.t.Fatalf("%s: %v\n%s", step, err, out)
		}
		if err := json.Unmarshal(list.Rooms[0], &room); err != nil {
			m.t.Fatalf("%s: %v", step, err)
		}
		if room.Waiting+room.Front >= len(people) {
			return
		}
		for _, p := range people {
			p.number()
		}
	}
	m.t.Errorf("%s: %+v of %d are in line", step, room, len(people))
}

// freshAbove lets somebody come, who gets a number that nobody had, once everybody is known again.
func (m *machine) freshAbove(step string, people []*person, numbers []uint64) {
	m.t.Helper()
	m.knowsAll(step, people)
	fresh := m.come().number()
	for _, n := range numbers {
		if fresh <= n {
			m.t.Errorf("%s: a newcomer gets number %d, and %d was given", step, fresh, n)
		}
	}
}
