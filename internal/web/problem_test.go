package web

import (
	"encoding/json"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

func TestAProblemIsWrittenExactlySo(t *testing.T) {
	got := string(AppendProblem(nil, &Problem{
		Status: 429, Title: "Waiting room", Detail: `You are "in line"`, Instance: "urn:einlass:8f3a",
	}))
	want := `{"type":"about:blank","title":"Waiting room","status":429,"detail":"You are \"in line\"","instance":"urn:einlass:8f3a"}`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestAProblemIsReadBackAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Problem{
			Status: rapid.IntRange(-1, 700).Draw(t, "status"), Type: rapid.String().Draw(t, "type"),
			Title: rapid.String().Draw(t, "title"), Detail: rapid.String().Draw(t, "detail"),
			Instance: rapid.String().Draw(t, "instance"),
		}
		want := map[string]any{"type": replaceInvalid(p.Type), "title": replaceInvalid(p.Title)}
		if p.Type == "" {
			want["type"] = "about:blank"
		}
		if p.Status >= 100 && p.Status <= 599 {
			want["status"] = float64(p.Status)
		}
		if p.Detail != "" {
			want["detail"] = replaceInvalid(p.Detail)
		}
		if p.Instance != "" {
			want["instance"] = replaceInvalid(p.Instance)
		}
		var got map[string]any
		if err := json.Unmarshal(AppendProblem(nil, &p), &got); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}
