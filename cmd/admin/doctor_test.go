package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/doctor"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// well is a gateway with which nothing is wrong.
func well() *gateway {
	g := newGateway()
	for i := range g.rooms {
		g.rooms[i].Store, g.rooms[i].Mode = operator.Store{OK: true}, queue.ModeRun
		for j := range g.rooms[i].Backends {
			g.rooms[i].Backends[j].Up = true
		}
	}
	return g
}

func TestTheDoctorSaysThatAllIsWell(t *testing.T) {
	code, out, stderr := command(t, environment(well().serve(t)), "doctor")
	if code != 0 || stderr != "" || strings.Contains(out, "WRONG") || strings.Contains(out, "warning") {
		t.Errorf("exit code %d, %s\n%s", code, stderr, out)
	}
	for _, want := range []string{"is ready", "the gateway's clock is that of this machine", "termine: the store answers", "termine: a answers", "alerts       there are none"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestTheDoctorNamesWhatIsWrongAndWhatToDo(t *testing.T) {
	env := environment(newGateway().serve(t))
	code, out, stderr := command(t, env, "doctor")
	if code != exitRefused || !strings.Contains(stderr, "something is wrong") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	for _, want := range []string{
		"WRONG    store        kfz: the store is away since 10:00:05", "→ Look whether the store (Redis) runs",
		"WRONG    site         termine: b is unreachable", "admin pause termine",
		"warning  room         kfz is paused", "admin resume kfz",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	code, out, _ = command(t, env, "doctor", "--json")
	var info adminapi.DoctorInfo
	if err := json.Unmarshal([]byte(out), &info); err != nil || code != exitRefused || len(info.Findings) < 6 {
		t.Errorf("exit code %d, %v: %s", code, err, out)
	}
}

func TestTheDoctorTellsWhatTheGatewayKnows(t *testing.T) {
	s, err := adminapi.New(well(), adminapi.Config{
		Token: token,
		Alerts: func() []alerts.Alert {
			return []alerts.Alert{{Name: "A", Severity: alerts.Warning, Room: "kfz", En: alerts.Words{What: "It is slow.", Do: "Look."}}}
		},
		Doctor: func() []doctor.Finding {
			return []doctor.Finding{{Check: "disk", State: doctor.Wrong, What: "full", Do: "Make space."}}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	code, out, _ := command(t, environment(server), "doctor")
	if code != exitRefused || !strings.Contains(out, "warning  alerts       kfz: It is slow.") || !strings.Contains(out, "WRONG    disk         full\n                    → Make space.") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

func TestTheDoctorSaysWhyNothingCanBeLookedAt(t *testing.T) {
	page := httptest.NewServer(http.NotFoundHandler())
	defer page.Close()
	server := well().serve(t)
	stopping, err := adminapi.New(well(), adminapi.Config{Token: token, Ready: func(context.Context) error { return errors.New("it stops") }})
	if err != nil {
		t.Fatal(err)
	}
	unready := httptest.NewServer(stopping)
	defer unready.Close()
	for name, c := range map[string]struct{ url, token, want string }{
		"no token":       {server.URL, "", "WRONG    token        there is no token"},
		"wrong token":    {server.URL, "wrong", "WRONG    rooms        the gateway at " + server.URL},
		"something else": {page.URL, token, "WRONG    gateway      this is not the gate's admin API at"},
		"nobody":         {"http://127.0.0.1:1", token, "WRONG    gateway      cannot reach the gateway at http://127.0.0.1:1"},
		"not ready":      {unready.URL, token, "WRONG    gateway      the gateway at " + unready.URL + " wants no"},
	} {
		code, out, _ := command(t, map[string]string{"EINLASS_ADMIN_URL": c.url, "EINLASS_ADMIN_TOKEN": c.token}, "doctor")
		if code != exitRefused || !strings.Contains(out, c.want) || !strings.Contains(out, "→ ") {
			t.Errorf("%s: exit code %d\n%s", name, code, out)
		}
	}
}

func TestClocksThatDifferAreTold(t *testing.T) {
	for ahead, want := range map[time.Duration]doctor.State{
		0: doctor.OK, 2 * time.Second: doctor.OK, -2 * time.Second: doctor.OK, 3 * time.Second: doctor.Warning, -30 * time.Second: doctor.Warning,
		time.Minute: doctor.Wrong, -time.Hour: doctor.Wrong,
	} {
		if f := clockOf(eight.Add(ahead), eight); f.State != want || (f.Do == "") != (want == doctor.OK) {
			t.Errorf("%v ahead: %+v, want %s", ahead, f, want)
		}
	}
	if f := clockOf(time.Time{}, eight); f.State != doctor.Warning {
		t.Errorf("no time: %+v", f)
	}
	if f := readiness("x", adminclient.Readiness{Why: "it stops"}); f.State != doctor.Wrong {
		t.Errorf("not ready: %+v", f)
	}
}
