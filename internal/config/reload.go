package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// restart lists what a running gateway cannot take another value of, and why. An entry stands for everything below it.
// A test holds both lists to the keys that there are, and configs/reference.yaml to this one.
var restart = []struct{ path, why string }{
	{"listen", "the sockets are opened at the start"},
	{"tls", "the listener is made with it; the files that it names are read again when they change"},
	{"trusted_proxies", "the listeners are made with it"},
	{"trusted_fields", "the listeners are made with it"},
	{"proxy_protocol", "the listeners are made with it"},
	{"limits.header_bytes", "the listeners are made with it"},
	{"limits.header_count", "the listeners are made with it"},
	{"limits.url_bytes", "the listeners are made with it"},
	{"limits.body_bytes", "the listeners are made with it"},
	{"limits.head_timeout", "the listeners are made with it"},
	{"limits.body_min_rate", "the listeners are made with it"},
	{"limits.write_stall", "the listeners are made with it"},
	{"limits.idle_timeout", "the listeners are made with it"},
	{"limits.connections", "the listeners are made with it"},
	{"limits.connections_per_ip", "the listeners are made with it"},
	{"prefix", "pages that are open in browsers ask there"},
	{"store", "the lines are in the store"},
	{"state", "the lines are kept there"},
	{"audit", "the record is open"},
	{"journal", "the journals of the rooms are open"},
	{"draws", "the draws that are committed to name the chain, and the records are kept there"},
	{"keys", "the tickets and passes of all who wait are signed with them; the file that it names is read again when it changes"},
	{"admin", "the listener is made with it"},
	{"log.format", "the log is open"},
	{"alerts", "what sends them is started with it"},
	{"stop_timeout", "the parts of the process are started with it"},
}

// live lists what Apply of cmd/gateway brings into force while the gateway runs. Each entry is one key, but the backend,
// which is made anew when anything in it differs. What stands in neither list is refused like what needs a restart.
var live = []string{
	"limits.arrivals_per_prefix.rate", "limits.arrivals_per_prefix.burst", "limits.stay.in_flight", "limits.stay.networks",
	"limits.codes.wrong", "limits.codes.wrong_in_all",
	"log.level", "log.access", "drain", "paths.legacy",
	"rooms[].id", "rooms[].title", "rooms[].hosts", "rooms[].canonical", "rooms[].frame_ancestors", "rooms[].paths", "rooms[].exclude",
	"rooms[].once", "rooms[].backend",
	"rooms[].pace.rate", "rooms[].pace.max_inside", "rooms[].pace.inside", "rooms[].pace.health", "rooms[].pace.burst", "rooms[].mode", "rooms[].message",
	"rooms[].session.idle", "rooms[].session.max", "rooms[].session.resume", "rooms[].session.active", "rooms[].session.page",
	"rooms[].session.visit",
	"rooms[].finish", "rooms[].bookings", "rooms[].frees", "rooms[].commands", "rooms[].schedule", "rooms[].draw.beacon", "rooms[].draw.lots.ipv4",
	"rooms[].draw.lots.ipv6", "rooms[].invitations.secret_file", "rooms[].sms.url", "rooms[].sms.secret_file", "rooms[].close_at",
	"rooms[].session.form_grace", "rooms[].session.quiet",
	"rooms[].claim_window", "rooms[].absent_after", "rooms[].confirm_within", "rooms[].ticket_life",
	"rooms[].poll.min", "rooms[].poll.max",
	"rooms[].on_store_failure", "rooms[].contact", "rooms[].site_name", "rooms[].links.imprint", "rooms[].links.privacy",
	"rooms[].links.accessibility", "rooms[].links.barrier", "rooms[].languages", "rooms[].pages", "rooms[].entry",
}

// NeedRestart reports every key in which next differs from the configuration that runs, and which can take another value only
// when the gateway starts again. Rooms are compared by their id. Paths are those of next; texts repeat no secret.
func NeedRestart(running, next *Config) []*Problem {
	w := &differ{}
	a, b := *running, *next
	a.Rooms, b.Rooms = nil, nil
	w.compare(reflect.ValueOf(a), reflect.ValueOf(b), "", "")
	for i := range next.Rooms {
		r := &next.Rooms[i]
		at := slices.IndexFunc(running.Rooms, func(o Room) bool { return o.ID == r.ID })
		if at >= 0 {
			w.compare(reflect.ValueOf(running.Rooms[at]), reflect.ValueOf(*r), "rooms[]", fmt.Sprintf("rooms[%d]", i))
		}
	}
	return w.problems
}

// differ collects the keys that differ. pattern is a path with [] for the position of a room.
type differ struct{ problems []*Problem }

func (w *differ) compare(a, b reflect.Value, pattern, path string) {
	if a.Kind() == reflect.Struct && a.Type().PkgPath() == reflect.TypeFor[Config]().PkgPath() {
		for i, key := range keysOf(a.Type()) {
			w.compare(a.Field(i), b.Field(i), join(pattern, key), join(path, key))
		}
		return
	}
	if same(a, b) || isLive(pattern) {
		return
	}
	why := "it is not known how to change it"
	for _, r := range restart {
		if below(r.path, pattern) {
			why = r.why
		}
	}
	text := fmt.Sprintf("%s cannot become %s while the gateway runs: %s; restart it for this", shown(a), shown(b), why)
	w.problems = append(w.problems, &Problem{Path: path, Text: text})
}

// shown is a value in a problem, as its key is written if it is empty.
func shown(v reflect.Value) string {
	if s := fmt.Sprint(v.Interface()); s != "" {
		return s
	}
	return `""`
}

// same takes an empty list for none.
func same(a, b reflect.Value) bool {
	return a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 || reflect.DeepEqual(a.Interface(), b.Interface())
}

func isLive(pattern string) bool {
	return slices.ContainsFunc(live, func(entry string) bool { return below(entry, pattern) })
}

// below reports whether a path is the entry or inside it.
func below(entry, path string) bool {
	rest, ok := strings.CutPrefix(path, entry)
	return ok && (rest == "" || rest[0] == '.')
}
