package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/sms"
	"github.com/einlass/einlass/internal/webhook"
)

// A caller gets a link as a short message. Neither the log nor the state of the gateway knows the telephone.
func TestALinkIsSentByTheServiceOfARoom(t *testing.T) {
	secret := strings.Repeat("k", webhook.MinSecret)
	got := make(chan sms.Message, 1)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		h := r.Header
		if want := "v1," + webhook.Sign([]byte(secret), h.Get("Webhook-Id"), h.Get("Webhook-Timestamp"), body); err != nil || h.Get("Webhook-Signature") != want {
			t.Errorf("signed %q, want %q", h.Get("Webhook-Signature"), want)
		}
		var m sms.Message
		if err := json.Unmarshal(body, &m); err != nil {
			t.Error(err)
		}
		got <- m
	}))
	defer service.Close()
	file := filepath.Join(t.TempDir(), "messages")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	more := closed + "    canonical: http://a.example:8080\n    sms: {url: \"" + service.URL + "\", secret_file: " + file + "}\n"
	r := run(t, &draft{rooms: []planned{{"a", s.backend(), more}, {"b", s.backend(), closed}}})
	ctx := operator.NewContext(t.Context(), operator.Principal{Name: "token", Role: operator.RoleOperator})
	until(t, "the line is known", func() bool {
		return r.serving.Load().room("a").line.View().Known && r.serving.Load().room("b").line.View().Known
	})
	send := func(ctx context.Context, room string) error {
		taken, err := r.operators.TakePlace(ctx, room, operator.NewPlace{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.operators.SendPlace(ctx, room, operator.PlaceSend{PlaceAct: operator.PlaceAct{Number: taken.Number, Code: taken.Code}, To: "0170 / 55 66 77 8"})
		return err
	}
	if err := send(ctx, "b"); err == nil || !strings.Contains(err.Error(), "no sms.url") {
		t.Errorf("a room without a service: %v", err)
	}
	if err := send(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	m := <-got
	if m.To != "01705566778" || !strings.HasPrefix(m.Link, "http://a.example:8080/.einlass/take?room=a&t=") || !strings.Contains(m.Text, m.Link) {
		t.Errorf("%+v", m)
	}
	kept := fmt.Sprint(r.logs.All())
	if err := filepath.Walk(r.serving.Load().cfg.State.Dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		kept += string(text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(kept, "5566778") || strings.Contains(kept, "55 66 77") {
		t.Error("the telephone number is written down")
	}
	if !strings.Contains(kept, `"room":"a","places":[{"visitor"`) {
		t.Error("the list of the desk is not beside the state")
	}
}

func TestALinkBeginsWithTheAddressOfItsRoom(t *testing.T) {
	for _, c := range []struct{ canonical, hosts, https, want string }{
		{"https://termine.example", "x.example", "", "https://termine.example"},
		{"", "termine.example", ":443", "https://termine.example"},
		{"", "termine.example", ":8443", "https://termine.example:8443"},
		{"", "termine.example", "", ""}, // what is in front decides
		{"", "*.example", ":443", ""},
		{"", "", ":443", ""},
	} {
		r := config.Room{Canonical: c.canonical}
		if c.hosts != "" {
			r.Hosts = []string{c.hosts}
		}
		if got := originOf(&r, &config.Listen{HTTPS: c.https}); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
