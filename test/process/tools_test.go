package process

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

func makeKeys(t *testing.T, file string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), gatewayBin, "keys", "new", file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func flush(t *testing.T, redis *redistest.Server) {
	t.Helper()
	if err := redis.Client(t).FlushAll(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
}

// admin calls the admin API of a gateway.
func admin(t *testing.T, g *gate, method, path, body string) []byte {
	t.Helper()
	data, err := os.ReadFile(g.args[2])
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), `admin: {listen: "`)
	addr, _, _ := strings.Cut(rest, `"`)
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer test-test-test-test-test")
	if body != "" {
		req.Header.Set("Content-Type", "application/merge-patch+json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var raw json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&raw); err != nil || res.StatusCode != 200 {
		t.Fatalf("%s %s: %d %s %v", method, path, res.StatusCode, raw, err)
	}
	return raw
}

func setRate(t *testing.T, g *gate, perMinute int) {
	t.Helper()
	admin(t, g, http.MethodPatch, "/v1/rooms/termine", fmt.Sprintf(`{"rate": %d, "burst": %d}`, perMinute, burst))
}

func contains(s, part string) bool { return strings.Contains(s, part) }

// setRateWhenBack sets the rate as soon as the gateway has heard of its store again.
func setRateWhenBack(t *testing.T, g *gate, perMinute int) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var room struct{ Store struct{ OK bool } }
		if err := json.Unmarshal(admin(t, g, http.MethodGet, "/v1/rooms/termine", ""), &room); err != nil {
			t.Fatal(err)
		}
		if room.Store.OK {
			setRate(t, g, perMinute)
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatal("the store did not come back")
		case <-tick.C:
		}
	}
}

func figure(t *testing.T, g *gate, name string) float64 {
	t.Helper()
	var room map[string]any
	if err := json.Unmarshal(admin(t, g, http.MethodGet, "/v1/rooms/termine", ""), &room); err != nil {
		t.Fatal(err)
	}
	n, ok := room[name].(float64)
	if !ok {
		t.Fatalf("no figure %s in %v", name, room)
	}
	return n
}

// away is what the page sends when it is closed.
func away(t *testing.T, g *gate, v *visitor) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+g.addr+"/.einlass/away?room=termine", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Cookie", "einlass-termine="+v.cookie)
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 204 {
		t.Fatalf("away: %d", res.StatusCode)
	}
}
