package drive

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/demo"
)

// What a citizen finds on the pages of package demo.
var (
	freeDay  = regexp.MustCompile(`<a href="(/termine\?tag=[0-9-]+)"(?: aria-current="date")?>`) // a full one has a class
	freeSlot = regexp.MustCompile(`<button name="slot" value="([^"]+)"`)
	hidden   = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)"`)
)

// attempts at getting an appointment before a citizen calls it a failure; pages that fail or lines in between do not
// count, they cost patience.
const attempts = 8

// book goes the way of an appointment: start, calendar, choice, form, confirmation.
func (c *citizen) book(ctx context.Context, due time.Time) outcome {
	start, end := c.visit(ctx, c.d.cfg.Path, due)
	if end != none {
		return end
	}
	return c.bookFrom(ctx, &start)
}

// bookFrom is the way from the first page of the site.
func (c *citizen) bookFrom(ctx context.Context, start *answer) outcome {
	if !bytes.Contains(start.Body, []byte(`href="/termine`)) {
		return failedInside // not the site that we know
	}
	for tries := 0; tries < attempts; {
		if !c.pause(ctx, c.d.cfg.Crowd.Think) {
			return stopped
		}
		c.hindered = false
		if end := c.try(ctx); end != none {
			return end
		}
		if !c.hindered {
			tries++
		}
	}
	return failedInside
}

// try goes once from the calendar to the confirmation. none: somebody else was quicker, a page failed or the session was
// lost; from the calendar again.
func (c *citizen) try(ctx context.Context) outcome {
	slot, fields, end := c.choose(ctx)
	if end != none || slot == "" {
		return end
	}
	fields["slot"] = slot
	form, end := c.send(ctx, "/termine/waehlen", fields)
	if end != none || !bytes.Contains(form.Body, []byte(`action="/termine/angaben"`)) {
		return end
	}
	if !c.pause(ctx, c.d.cfg.Crowd.Typing) {
		return stopped
	}
	fields = hiddenFields(form.Body)
	for name, value := range c.details() {
		fields[name] = value
	}
	last, end := c.send(ctx, "/termine/angaben", fields)
	switch {
	case end != none || !last.ok() || last.waiting():
		return end
	case demo.Booked(last.Status, last.Body):
		return booked // by this form, or by one before whose answer was lost
	case last.Status == 422:
		return failedInside
	}
	return none
}

// choose picks a day with free places and an appointment on it.
func (c *citizen) choose(ctx context.Context) (slot string, fields map[string]string, end outcome) {
	p, end := c.visit(ctx, "/termine", c.now())
	if end != none {
		return "", nil, end
	}
	if days := freeDay.FindAllSubmatch(p.Body, -1); len(days) > 1 {
		if !c.pause(ctx, c.d.cfg.Crowd.Think) {
			return "", nil, stopped
		}
		day := string(days[c.rand.IntN(len(days))][1])
		if p, end = c.visit(ctx, day, c.now()); end != none {
			return "", nil, end
		}
	}
	slots := freeSlot.FindAllSubmatch(p.Body, -1)
	if len(slots) == 0 {
		if !bytes.Contains(p.Body, []byte(`action="/termine/waehlen"`)) {
			return "", nil, none
		}
		if c.d.cfg.Crowd.Persist && bytes.Contains(p.Body, []byte("freigegeben")) {
			c.hindered = true
			return "", nil, c.rest(ctx, c.now().Add(c.about(c.d.cfg.Crowd.Retry)))
		}
		return "", nil, soldOut
	}
	if !c.pause(ctx, c.d.cfg.Crowd.Think) {
		return "", nil, stopped
	}
	return string(slots[c.rand.IntN(len(slots))][1]), hiddenFields(p.Body), none
}

// send submits a form of the portal. Forms are not sent twice: people look at the calendar again.
func (c *citizen) send(ctx context.Context, path string, fields map[string]string) (answer, outcome) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = w.WriteField(name, value) // into a buffer: cannot fail
	}
	_ = w.Close()
	a := c.submit(ctx, path, w.FormDataContentType(), body.Bytes())
	return a, c.settle(ctx, &a)
}

func hiddenFields(page []byte) map[string]string {
	fields := map[string]string{}
	for _, m := range hidden.FindAllSubmatch(page, -1) {
		fields[string(m[1])] = string(m[2])
	}
	return fields
}

// details is what the citizen types: a name that nobody else of this run has.
func (c *citizen) details() map[string]string {
	var name strings.Builder
	for _, digit := range strconv.Itoa(c.n) {
		name.WriteString([]string{"ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu"}[digit-'0'])
	}
	word := name.String()
	return map[string]string{
		"name":    "Anna " + strings.ToUpper(word[:1]) + word[1:] + "mann",
		"birth":   time.Date(1940+c.rand.IntN(60), 1, 1+c.rand.IntN(365), 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
		"email":   fmt.Sprintf("citizen%d@example.org", c.n),
		"consent": "ja",
	}
}
