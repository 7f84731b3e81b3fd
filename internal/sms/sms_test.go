package sms

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/webhook"
)

var secret = bytes.Repeat([]byte("s"), webhook.MinSecret)

func TestAMessageIsHandedOverOnceAndSigned(t *testing.T) {
	var got []*http.Request
	var bodies [][]byte
	status := http.StatusNoContent
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, bodies = append(got, r), append(bodies, body)
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	defer service.Close()
	at := time.Unix(1_800_000_000, 0)
	hook, err := webhook.New(service.URL+"/hook", secret, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	s := New(hook)
	m := Message{To: "+491701234567", Text: "Your turn", Link: "https://x.example/.einlass/take?t=x"}
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	h := got[0].Header
	id, stamp := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp")
	if h.Get("Webhook-Signature") != "v1,"+webhook.Sign(secret, id, stamp, bodies[0]) || stamp != "1800000000" || !strings.HasPrefix(id, "msg_") {
		t.Errorf("head %v", h)
	}
	var back Message
	if err := json.Unmarshal(bodies[0], &back); err != nil || back != m {
		t.Errorf("%s, %v", bodies[0], err)
	}
	for _, status = range []int{http.StatusFound, http.StatusBadRequest, http.StatusBadGateway} {
		if err := s.Send(t.Context(), m); err == nil || strings.Contains(err.Error(), "4917") {
			t.Errorf("status %d: %v", status, err)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d requests, want 4: none is repeated or sent elsewhere", len(got))
	}
	service.Close()
	if err := s.Send(t.Context(), m); err == nil || strings.Contains(err.Error(), "4917") {
		t.Errorf("no service: %v", err)
	}
}

func TestNumbersAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{"+49 170 / 123-4567": "+491701234567", "(06232) 14.0": "06232140"} {
		if got, err := Number(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "1234", "+", "0170-CALL-ME", "1234567890123456", "+49+170", "0170\n123"} {
		if got, err := Number(text); !errors.Is(err, ErrNumber) || got != "" {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
