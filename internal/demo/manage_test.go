package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var pdf = append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("x"), 3<<20)...)

func TestUploads(t *testing.T) {
	_, server := open(t, quick())
	b := newBrowser(t, server)
	form := b.choose(eight)
	sum := sha256.Sum256(pdf)
	done := b.send("/termine/angaben", `C:\Dokumente\bescheinigung.pdf`, pdf, "csrf", b.csrf(form), "slot", eight,
		"name", "Erika Muster", "birth", "1980-12-24", "email", "erika@example.org", "consent", "ja")
	if done.status != http.StatusOK || !strings.Contains(done.body, "bescheinigung.pdf, 3 MB") || !strings.Contains(done.body, hex.EncodeToString(sum[:8])) {
		t.Fatalf("with the booking: %d", done.status)
	}
	if strings.Contains(done.body, "Dokumente") {
		t.Error("the page shows the folder of the file")
	}
	path := done.path + "/nachweis"
	token := b.csrf(b.get(path))
	png := []byte("\x89PNG\r\n\x1a\nrest")
	if a := b.send(path, "bild.png", png, "csrf", token); a.path != done.path || !strings.Contains(a.body, "bild.png") || !strings.Contains(a.body, "ist angekommen") {
		t.Errorf("later: %d at %s", a.status, a.path)
	}
	for _, tt := range []struct {
		name    string
		file    string
		content []byte
		status  int
		say     string
	}{
		{"no file", "", nil, http.StatusUnprocessableEntity, "wählen Sie eine Datei"},
		{"an empty file", "leer.pdf", nil, http.StatusUnprocessableEntity, "Die Datei ist leer"},
		{"a file that is not what its name says", "virus.pdf", []byte("MZ\x90\x00"), http.StatusUnprocessableEntity, "PDF-, JPG- oder PNG-Datei"},
		{"a file over 5 MB", "gross.pdf", append([]byte("%PDF-"), make([]byte, maxFile)...), http.StatusUnprocessableEntity, "zu groß"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := b.send(path, tt.file, tt.content, "csrf", token); a.status != tt.status || !strings.Contains(a.body, tt.say) {
				t.Errorf("got %d", a.status)
			}
		})
	}
	if a := b.get(done.path); !strings.Contains(a.body, "bild.png") {
		t.Error("a refused file replaced the good one")
	}
}

func TestABodyThatIsFarTooLargeIsRefused(t *testing.T) {
	_, server := open(t, quick())
	b := newBrowser(t, server)
	b.get("/termine")
	// Larger than the form limit, small enough to be sent whole before the
	// answer closes the connection.
	a := b.post("/termine/waehlen", "csrf", strings.Repeat("x", maxForm+1))
	if a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d", a.status)
	}
}

func TestTheCalendarFile(t *testing.T) {
	_, server := open(t, quick())
	b := newBrowser(t, server)
	done := b.book(eight, "Erika Muster")
	a := b.get(done.path + "/termin.ics")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="termin-MU-`) {
		t.Fatalf("%d %v", a.status, a.header)
	}
	for _, line := range []string{
		"BEGIN:VCALENDAR\r\n", "DTSTART:20210620T060000Z\r\n", "DTEND:20210620T062000Z\r\n",
		`LOCATION:Rathaus\; Zimmer 1\, links` + "\r\n", "SUMMARY:Termin <&> Beratung Musterstadt\r\n", "END:VCALENDAR\r\n",
	} {
		if !strings.Contains(a.body, line) {
			t.Errorf("no %q in\n%s", line, a.body)
		}
	}
}

func TestLongCalendarLinesAreFolded(t *testing.T) {
	text := strings.Repeat("Größe über Maß; ", 20)
	out := icsEntry(icsEvent{UID: "1", Summary: text, Note: "a\\b\r\nc\nd", Stamp: noon, Start: noon, End: noon.Add(time.Hour)})
	for line := range strings.SplitSeq(strings.TrimSuffix(out, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("%d bytes: %q", len(line), line)
		}
	}
	unfolded := strings.ReplaceAll(out, "\r\n ", "")
	if !strings.Contains(unfolded, strings.ReplaceAll(text, ";", `\;`)) || !strings.Contains(unfolded, `DESCRIPTION:a\\b\nc\nd`+"\r\n") {
		t.Errorf("text changed:\n%s", unfolded)
	}
}
