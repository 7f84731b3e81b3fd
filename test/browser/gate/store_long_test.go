//go:build long

package gate

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// storeRooms are those of the tests of a store that goes away and comes back.
var storeRooms = []string{"kept", "scriptless", "emptied", "arrival", "arrival-scriptless", "turn"}

// TestThePageWhileTheStoreIsAwayAndWhenItIsBack is about what people read whose line is in a Redis that is killed and started again.
func TestThePageWhileTheStoreIsAwayAndWhenItIsBack(t *testing.T) {
	server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	site := &harness.Site{Addr: serveSite(t)}
	settings := harness.Settings{Store: server.URL(), Keys: program.Keys(t)}
	for _, name := range storeRooms {
		settings.Rooms = append(settings.Rooms, harness.Room{ID: name, Hosts: []string{name + ".localhost"}, Site: site, Claim: 3 * time.Minute})
	}
	// What the tests ask for is done by the goroutine of this test, which may fail it.
	type act struct {
		does string
		done chan struct{}
	}
	acts := make(chan act)
	desk := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		a := act{r.URL.Path, make(chan struct{})}
		acts <- a
		<-a.done
	}))
	defer desk.Close()
	t.Setenv("STORE", desk.URL)
	played := make(chan struct{})
	go func() {
		defer close(played)
		play(t, "store.test.mjs", settings, len(storeRooms))
	}()
	for {
		select {
		case <-played:
			return
		case a := <-acts:
			switch a.does {
			case "/kill":
				server.Kill()
			case "/keep":
				server.Restart(redistest.Keep)
			case "/empty":
				server.Restart(redistest.Empty)
			}
			close(a.done)
		}
	}
}
