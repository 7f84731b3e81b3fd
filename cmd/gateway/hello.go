package main

import (
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
)

// hello says what serves where, as soon as it does.
func (a *app) hello() {
	cfg := a.serving.Load().cfg
	rooms := make([]string, len(cfg.Rooms))
	for i := range cfg.Rooms {
		rooms[i] = cfg.Rooms[i].ID
	}
	var plain, secure []string
	for _, l := range a.public {
		if at := l.Addr().Network() + " " + l.Addr().String(); l.secure {
			secure = append(secure, at)
		} else {
			plain = append(plain, at)
		}
	}
	fields := []zap.Field{zap.Strings("http", plain), zap.Strings("https", secure)}
	if a.adminLn != nil {
		fields = append(fields, zap.String("admin", a.adminLn.Addr().String()))
	}
	a.log.Info("visitors are served", append(fields, zap.Strings("rooms", rooms), zap.String("store", storeOf(cfg)))...)
}

// storeOf says where the lines are. Load has moved user and password out of the URL.
func storeOf(cfg *config.Config) string {
	switch {
	case cfg.Store.Sentinel.Master != "":
		return cfg.Store.URL + ", master " + cfg.Store.Sentinel.Master
	case !cfg.Store.Memory():
		return cfg.Store.URL
	case cfg.State.Dir == "":
		return "memory, kept nowhere"
	}
	return "memory, kept in " + cfg.State.Dir
}
