package alerts

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/webhook"
)

func change() Change {
	return Change{
		Began: []Alert{{Name: "EinlassStoreAway", Severity: Critical, Room: "termine", Since: time.Unix(1_800_000_000, 0), En: Words{"It is away.", "Look."}, De: Words{"Er ist weg – plötzlich.", "Prüfen."}}},
		Ended: []Alert{{Name: "EinlassPanic", Severity: Warning, Since: time.Unix(1_800_000_000, 0), En: Words{"It fell.", "-"}, De: Words{"Es fiel.", "-"}}},
	}
}

func TestAWebhookHasTheFormThatAlertmanagerSends(t *testing.T) {
	secret := bytes.Repeat([]byte("s"), webhook.MinSecret)
	var body []byte
	var head http.Header
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		head = r.Header
	}))
	defer service.Close()
	sender, err := webhook.New(service.URL, secret, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := NewHook(sender, "gateway-1").Send(t.Context(), change()); err != nil {
		t.Fatal(err)
	}
	if got := head.Get("Webhook-Signature"); got != "v1,"+webhook.Sign(secret, head.Get("Webhook-Id"), head.Get("Webhook-Timestamp"), body) {
		t.Errorf("signature %q", got)
	}
	var m struct {
		Version, Status string
		Alerts          []struct {
			Status              string
			Labels, Annotations map[string]string
			StartsAt            time.Time
		}
	}
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	if m.Version != "4" || m.Status != "firing" || len(m.Alerts) != 2 || m.Alerts[0].Labels["alertname"] != "EinlassStoreAway" ||
		m.Alerts[0].Labels["room"] != "termine" || m.Alerts[0].Annotations["description_de"] != "Prüfen." || m.Alerts[1].Status != "resolved" || m.Alerts[0].StartsAt.Unix() != 1_800_000_000 {
		t.Errorf("%s", body)
	}
	if _, there := m.Alerts[1].Labels["room"]; there {
		t.Errorf("an alert of the gateway names a room: %s", body)
	}
}
