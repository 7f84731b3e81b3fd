package gateway_test

import (
	"strings"
	"testing"
)

func TestAPreviewIsThePageOfANewcomerAndTakesNoNumber(t *testing.T) {
	s := newFixture(t, slow)
	before := s.lines[0].View().Snapshot.Last
	for tag, want := range map[string]string{"de": `<html lang="de"`, "en": `<html lang="en"`, "xx": `<html lang="`} {
		body, headers, found := s.g.Preview("termine", tag)
		if !found || !strings.Contains(string(body), want) || !strings.Contains(string(body), "<h1") {
			t.Errorf("in %s: %v\n%.400s", tag, found, body)
		}
		if len(headers) == 0 || headers[0] != "Content-Security-Policy" {
			t.Errorf("headers are %v", headers)
		}
	}
	if _, _, found := s.g.Preview("other", "de"); found {
		t.Error("a room that does not exist has a page")
	}
	if now := s.lines[0].View().Snapshot.Last; now != before {
		t.Errorf("%d numbers were taken", now-before)
	}
}
