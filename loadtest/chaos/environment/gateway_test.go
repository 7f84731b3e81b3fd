package environment

import (
	"testing"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/loadtest/launch"
)

func TestEveryConfigurationIsOneThatTheGatewayTakes(t *testing.T) {
	for name, store := range map[string]launch.Store{
		"embedded": {URL: "memory"},
		"cluster":  {URL: "redis://127.0.0.1:7000", Cluster: true, Addresses: []string{"127.0.0.1:7001"}},
		"sentinel": {URL: "redis://", Sentinel: launch.Sentinel{Master: SentinelName, Addresses: []string{"127.0.0.1:7002"}}},
	} {
		dir := t.TempDir()
		g, err := NewGateway("gateway", dir, name, Settings{Store: store, Keys: dir + "/keys", State: dir, Journal: dir, Site: "127.0.0.1:8000", Portal: "127.0.0.1:8001"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(g.Close)
		got, err := config.Load(config.Source{File: g.File})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Store.URL != store.URL || got.Store.Cluster != store.Cluster || got.Store.Sentinel.Master != store.Sentinel.Master {
			t.Errorf("%s: store %+v", name, got.Store)
		}
		if r := got.Rooms[0]; r.ID != Room || r.Pace.Rate != Rate || r.Pace.MaxInside != MaxInside {
			t.Errorf("%s: room %+v", name, r)
		}
	}
}
