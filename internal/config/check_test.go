package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/route"
)

// oneRoom is minimal with further lines for the whole and for the room.
func oneRoom(top, room string) string {
	var b strings.Builder
	fmt.Fprintln(&b, top)
	fmt.Fprintln(&b, "rooms:\n  - id: termine")
	for line := range strings.Lines(room) {
		b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
	}
	if !strings.Contains(room, "backend:") {
		b.WriteString("    backend: {url: \"http://127.0.0.1:8000\"}\n")
	}
	return b.String()
}

func TestValuesOutsideTheirBoundsAreRefused(t *testing.T) {
	tests := []struct{ name, top, room, want string }{
		{"no listener", `listen: {http: ""}`, "", "listen: no listener"},
		{"a path of forms that is none", "", "once: [/buchen, buchen]", `rooms[0].once[1]: "buchen" does not begin with /`},
		{"a rule to finish by with a word for a status", "", "finish: [{path: /a, status: ok}]", `rooms[0].finish[0].status: "ok" is not accepted; want for example 200`},
		{"a rule to finish by that any page meets", "", "finish: [{method: GET}]", "rooms[0].finish[0]: would be met by any page"},
		{"a rule to finish by that contradicts itself", "", "finish: [{path: /a}, {redirect: /b, status: 200}]", "rooms[0].finish[1].status: 200 is no redirect"},
		{"a rule to finish by with half a field", "", "finish: [{header: X-Done}]", `rooms[0].finish[0].header: "X-Done" is not accepted; want a field and its value`},
		{"a rule to finish by at the gateway's own path", "", "finish: [{path: /.einlass/x}]", `rooms[0].finish[0].path: "/.einlass/x" lies at or below prefix`},
		{"a booking named by nothing", "", "bookings: [{path: /a, ref: cookie}]", `rooms[0].bookings[0].ref: "cookie" is not accepted; want "header NAME" of the answer, "query NAME"`},
		{"a booking named by a redirect that no rule has", "", "bookings: [{path: /a, ref: redirect}]", "rooms[0].bookings[0].ref: is the place that a redirect leads to"},
		{"a booking of none", "", "bookings: [{path: /a}, {path: /b, count: 0}]", `rooms[0].bookings[1].count: "0" is not accepted; want a number, 1 to 1000`},
		{"a booking that any page is", "", "bookings: [{method: POST}]", "rooms[0].bookings[0]: would be met by any page"},
		{"what is given back by a word for a status", "", "frees: [{path: /a, status: ok}]", `rooms[0].frees[0].status: "ok" is not accepted`},
		{"what is given back at the gateway's own path", "", "frees: [{path: /.einlass/x}]", `rooms[0].frees[0].path: "/.einlass/x" lies at or below prefix`},
		{"a command that is none", "", "commands: [finish, open]", `rooms[0].commands[1]: "open" is not accepted; want some of finish, booked, freed, sold-out, pause`},
		{"a command twice", "", "commands: [finish, finish]", `rooms[0].commands[1]: "finish" is given twice`},
		{"a listener without a port", `listen: {http: localhost}`, "", `listen.http: "localhost": want host:port`},
		{"a listener with a wrong port", `listen: {http: ":99999"}`, "", `port "99999" is not in 1…65535`},
		{"a listener with a wrong host", `listen: {http: "a b:1"}`, "", `"a b" is neither a host name nor an IP address`},
		{"two listeners on one address", "listen: {http: \":80\", https: \":80\"}\ntls: {cert_file: c, key_file: k}", "", "listen.https: :80 is already listen.http"},
		{"a relative socket", `listen: {unix: run/x}`, "", `listen.unix: "run/x" is not an absolute path`},
		{"a socket mode that is not octal", `listen: {unix_mode: "0680"}`, "", "listen.unix_mode"},
		{"https without a certificate", `listen: {https: ":443"}`, "", "tls: listen.https needs a certificate"},
		{"a certificate without https", `tls: {cert_file: c, key_file: k}`, "", "tls: there is a certificate but no listen.https"},
		{"half a certificate", `tls: {cert_file: c}`, "", "tls: give both cert_file and key_file"},
		{"files and ACME", "listen: {https: \":443\"}\ntls: {cert_file: c, key_file: k, acme: {domains: [a.de], accept_terms: true}}", "", "tls.acme.domains: give either"},
		{"ACME without consent", "listen: {https: \":443\"}\ntls: {acme: {domains: [a.de]}}", "", "tls.acme.accept_terms: set it to true"},
		{"half an account", "listen: {https: \":443\"}\ntls: {acme: {domains: [a.de], accept_terms: true, key_id: k}}", "", "tls.acme.key_id: give both"},
		{"ACME for a wildcard", "listen: {https: \":443\"}\ntls: {acme: {domains: [\"*.a.de\"], accept_terms: true}}", "", "tls.acme.domains[0]"},
		{"ACME over http", "listen: {https: \":443\"}\ntls: {acme: {domains: [a.de], accept_terms: true, directory: \"http://a\"}}", "", "tls.acme.directory"},
		{"half a second of HSTS", `tls: {hsts: 1500ms}`, "", "tls.hsts: 1.5s is not a multiple of 1s"},
		{"PROXY protocol from everybody", `proxy_protocol: true`, "", "proxy_protocol: is accepted from trusted peers only"},
		{"a URL longer than the head", `limits: {header_bytes: 1KiB, url_bytes: 2KiB}`, "", "limits.url_bytes: 2KiB is more than header_bytes (1KiB)"},
		{"a body without bound", `limits: {body_bytes: 0}`, "", "limits.body_bytes: 0 is not in 1…1048576GiB"},
		{"messages without a secret", "", "sms: {url: \"https://sms.example\"}", "rooms[0].sms.secret_file: is missing"},
		{"messages without a service", "", "sms: {secret_file: s}", "rooms[0].sms.url: is missing"},
		{"a service at no address", "", "sms: {url: sms.example, secret_file: s}", `rooms[0].sms.url: "sms.example" is not accepted; want for example https://`},
		{"less than no request in the log", "log: {access: -1}", "", "log.access: -1 is not in 0…1000000"},
		{"alerts without a secret", "alerts: {webhook: {url: \"https://a.example\"}}", "", "alerts.webhook.secret_file: is missing"},
		{"mail without a server", "alerts: {mail: {to: [a@b.example]}}", "", "alerts.mail.server: is missing"},
		{"mail to a server without a port", "alerts: {mail: {server: b.example, from: a@b.example, to: [a@b.example]}}", "", `alerts.mail.server: "b.example" is not accepted`},
		{"mail to nobody", "alerts: {mail: {server: \"b.example:587\", from: a@b.example}}", "", "alerts.mail.to: is missing"},
		{"mail to a name", "alerts: {mail: {server: \"b.example:587\", from: a@b.example, to: [\"A <a@b.example>\"]}}", "", `alerts.mail.to[0]: "A <a@b.example>" is not accepted`},
		{"mail with a user and no password", "alerts: {mail: {server: \"b.example:587\", user: a, from: a@b.example, to: [a@b.example]}}", "", "alerts.mail.user: user and password belong together"},
		{"mail in no language", "alerts: {mail: {language: fr}}", "", `alerts.mail.language: "fr" is not accepted; want de or en`},
		{"no wrong code is read", `limits: {codes: {wrong: 0}}`, "", "limits.codes.wrong: 0 is not in 1…1000 a minute"},
		{"no wrong code in all is read", `limits: {codes: {wrong_in_all: 0}}`, "", "limits.codes.wrong_in_all: 0 is not in 1…1000000 a minute"},
		{"arrivals without a burst", `limits: {arrivals_per_prefix: {rate: 1, burst: 0}}`, "", "limits.arrivals_per_prefix.burst: 0 is not in 1…10000000"},
		{"a stay with too many requests", `limits: {stay: {in_flight: 65537}}`, "", "limits.stay.in_flight: 65537 is neither 0 (off) nor in 1…65536 requests"},
		{"a stay from too many networks", `limits: {stay: {networks: 65}}`, "", "limits.stay.networks: 65 is neither 0 (off) nor in 1…64"},
		{"a prefix that is the root", `prefix: /`, "", `prefix: "/" is not accepted`},
		{"a prefix with dot segments", `prefix: /a/../b`, "", `prefix: "/a/../b" is not accepted`},
		{"an unknown store", `store: mysql://x`, "", "store.url: want memory, redis://host:port/db"},
		{"a Redis without a keyring", `store: redis://h`, "", `keys: gateways that share a store need the same keyring: make one with "gateway keys new FILE"`},
		{"a Redis with options", "store: redis://h?x=1\nkeys: {file: k}", "", "store.url: options behind ? are not accepted"},
		{"a Redis without a host", "store: redis://:6379\nkeys: {file: k}", "", "store.url: want a host before the port"},
		{"a Redis with a wrong database", "store: redis://h/x\nkeys: {file: k}", "", `store.url: database "x" is not in 0…65535`},
		{"a cluster with a database", "store: {url: redis://h/3, cluster: true}\nkeys: {file: k}", "", "store.url: a cluster has no databases"},
		{"a cluster with Sentinel", "store: {url: redis://h, cluster: true, sentinel: {master: m, addresses: [\"h:1\"]}}\nkeys: {file: k}", "", "store.cluster: give either"},
		{"Sentinel without addresses", "store: {url: redis://h, sentinel: {master: m}}\nkeys: {file: k}", "", "store.sentinel.addresses: is empty"},
		{"Sentinel without a name", "store: {url: redis://h, sentinel: {addresses: [\"h:1\"]}}\nkeys: {file: k}", "", "store.sentinel.master: is empty"},
		{"addresses without a cluster", "store: {url: redis://h, addresses: [\"h:1\"]}\nkeys: {file: k}", "", "store.addresses: are for a cluster"},
		{"a cluster address without a port", "store: {url: redis://h, cluster: true, addresses: [h]}\nkeys: {file: k}", "", `store.addresses[0]: "h": want host:port`},
		{"TLS for a plain Redis", "store: {url: redis://h, tls: {ca_file: c}}\nkeys: {file: k}", "", "store.tls: is only used with rediss://"},
		{"a key prefix with a brace", "store: {url: redis://h, key_prefix: \"{a}\"}\nkeys: {file: k}", "", "store.key_prefix"},
		{"a password for the memory store", `store: {password: x}`, "", "store.password: has no meaning for the memory store"},
		{"two keyrings", `keys: {file: a, env: b}`, "", "keys: give either file or env"},
		{"nowhere to keep a keyring", "state: {dir: \"\"}\nadmin: {listen: \"\"}", "", "keys: there is no state.dir"},
		{"nowhere to keep a token", "state: {dir: \"\"}\nkeys: {file: a}", "", "admin.token: there is no state.dir"},
		{"places written more often than marks", `state: {interval: 20s, places_interval: 10s}`, "", "state.places_interval: 10s is not in 20s…1h0m0s"},
		{"a journal that is deleted before the report", `journal: {retention: 60m}`, "", "journal.retention: 1h0m0s is neither 0 (off) nor in 24h0m0s…87600h0m0s"},
		{"a record that is deleted at once", `audit: {retention: 1h}`, "", "audit.retention: 1h0m0s is neither 0 (off) nor in 24h0m0s…87600h0m0s"},
		{"an admin listener for the world without a token", `admin: {listen: ":8081"}`, "", "admin.token: :8081 can be reached from other machines"},
		{"a field that tells nothing of a proxy", "trusted_fields: [X-Forwarded-For, Cookie]", "", `trusted_fields[1]: "Cookie" is no forwarding field; accepted: X-Forwarded-For, `},
		{"a field named twice", "trusted_fields: [X-Forwarded-For, x-forwarded-for]", "", "trusted_fields[1]: x-forwarded-for is named twice"},
		{"two fields for one address", "trusted_fields: [X-Forwarded-For, Forwarded]", "", "trusted_fields: has Forwarded beside X-Forwarded-For"},
		{"an old version of TLS", `tls: {min_version: "1.1"}`, "", `tls.min_version: "1.1" is not accepted; want 1.2, 1.3`},
		{"a suite with CBC", "tls: {suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]}", "", `tls.suites[0]: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA" is not accepted; want TLS_ECDHE_ECDSA`},
		{"no suite", "tls: {suites: []}", "", "tls.suites: is empty; TLS 1.2 needs at least one"},
		{"a short token", `admin: {token: secret}`, "", "admin.token: want at least 16 visible ASCII characters"},
		{"a token with spaces", `admin: {token: "0123456789 0123456789"}`, "", "admin.token: want at least 16"},
		{"an admin host with a port", `admin: {hosts: ["a.de:1"]}`, "", `admin.hosts[0]: "a.de:1" is not a host name`},
		{"an unknown log format", `log: {format: xml}`, "", `log.format: "xml" is not accepted; want json, console`},
		{"no time to stop", `stop_timeout: 0s`, "", "stop_timeout: 0s is not in 1s…1h0m0s"},

		{"too fast a pace", "", "pace: {rate: 10000001}", "rooms[0].pace.rate: 10000001 is not in 0…10000000 entries per minute"},
		{"a negative bound", "", "pace: {max_inside: -1}", "rooms[0].pace.max_inside: -1 is not in 0…1000000000"},
		{"a negative burst", "", "pace: {burst: -1}", "rooms[0].pace.burst: -1 is not in 0…1000000"},
		{"a long message", "", "message: " + strings.Repeat("a", 2001), "rooms[0].message: is 2001 bytes long; want at most 2000"},
		{"a title with control characters", "", `title: "a\u0007"`, "rooms[0].title: has a control character"},
		{"a claim window shorter than a poll", "", "claim_window: 20s", "rooms[0].claim_window: 20s is not in 30s…24h0m0s (from poll.max"},
		{"a ticket shorter than an absence", "", "ticket_life: 9m", "rooms[0].ticket_life: 9m0s is not in 10m0s…8784h0m0s"},
		{"a stay shorter than its pauses", "", "session: {idle: 1h, max: 30m}", "rooms[0].session.max: 30m0s is neither 0 (off) nor in 1h0m0s…8784h0m0s"},
		{"a stay with fractions", "", "session: {idle: 1500ms}", "rooms[0].session.idle: 1.5s is not a multiple of 1s"},
		{"a stay that is active until nowhere", "", "session: {active: 7s}", "rooms[0].session.active: 7s is not accepted; want 0s, 2s, 5s, 10s,"},
		{"a page that outlasts a stay", "", "session: {idle: 5m, page: 6m}", "rooms[0].session.page: 6m0s is not in 0s…5m0s (to session.idle"},
		{"a visit that outlasts a stay", "", "session: {max: 1h, visit: 61m}", "rooms[0].session.visit: 1h1m0s is neither 0 (off) nor in 1s…1h0m0s (to session.max)"},
		{"a visit with fractions", "", "session: {visit: 90500ms}", "rooms[0].session.visit: 1m30.5s is not a multiple of 1s"},
		{"a path without activity that is none", "", "session: {quiet: [/ok, heartbeat]}", `rooms[0].session.quiet[1]: "heartbeat" `},
		{"a return after days", "", "session: {resume: 25h}", "rooms[0].session.resume: 25h0m0s is not in 0s…24h0m0s"},
		{"a confirmation that pages at the door cannot give", "", "confirm_within: 10s", "rooms[0].confirm_within: 10s is not in 12s…4m0s"},
		{"an unknown way to count", "", "pace: {inside: loose}", `rooms[0].pace.inside: "loose" is not accepted; want expected, strict`},
		{"polls that end before they begin", "", "poll: {min: 20s, max: 10s}", "rooms[0].poll.max: 10s is not in 20s…2m0s"},
		{"an unknown way out", "", "on_store_failure: panic", `rooms[0].on_store_failure: "panic" is not accepted; want hold, local, open`},
		{"a title of two lines", "", `title: "a\nb"`, "rooms[0].title: has a line break"},
		{"a canonical URL with a path", "", "canonical: https://a.test/x", `rooms[0].canonical: "https://a.test/x" is not an origin`},
		{"a canonical name of another room", "", "hosts: [a.test, \"*.b.test\"]\ncanonical: http://c.test", `rooms[0].canonical: "c.test" is none of the room's hosts`},
		{"many canonical names", "", "hosts: [\"*.b.test\"]\ncanonical: http://*.b.test", `rooms[0].canonical: "*.b.test" is not one host`},
		{"a canonical name by TLS without TLS", "", "canonical: https://a.test", "rooms[0].canonical: is by https, and nobody is seen to come so"},
		{"a canonical name without TLS that there is", "listen: {https: \":443\"}\ntls: {cert_file: c, key_file: k}", "canonical: http://a.test", "rooms[0].canonical: is by http, and there is listen.https; want https://a.test"},
		{"a frame of anybody's", "", "frame_ancestors: [https://a.test, \"*\"]", `rooms[0].frame_ancestors[1]: "*" is not an origin`},
		{"a name of the site in HTML", "", "site_name: Die <b>Terminbuchung</b>", "rooms[0].site_name: has HTML"},
		{"a name of the site with an entity", "", "site_name: Die&nbsp;Terminbuchung", "rooms[0].site_name: has HTML"},
		{"a name of the site with a control sign", "", `site_name: "a\u0007b"`, "rooms[0].site_name: has "},
		{"a long name of the site", "", "site_name: " + strings.Repeat("a", 61), "rooms[0].site_name: is 61 bytes long; want at most 60"},
		{"a long contact", "", "contact: " + strings.Repeat("a", 201), "rooms[0].contact: is 201 bytes long; want at most 200"},
		{"a ticket shorter than a stay", "", "session: {idle: 23h, max: 0}\nticket_life: 12h", "rooms[0].ticket_life: 12h0m0s is not in 23h0m0s…8784h0m0s"},
		{"connections from one address without bound", "limits: {connections_per_ip: 0}", "", "limits.connections_per_ip: 0 is not in 1…10000000"},
		{"a language without pages", "", "languages: [de, fr]", `rooms[0].languages[1]: there are no pages in "fr"; want some of de, de-x-leicht, en`},
		{"a language that is none", "", "languages: [deutsch!]", `rooms[0].languages[0]: there are no pages in "deutsch!"; want some of de, de-x-leicht, en`},
		{"a language twice", "", "languages: [de, en, de]", `rooms[0].languages[2]: "de" is given twice`},
		{"a host with a scheme", "", "hosts: [\"http://a.de\"]", `rooms[0].hosts[0]: "http://a.de" is not a host name`},
		{"a wildcard inside a name", "", "hosts: [\"a.*.de\"]", `rooms[0].hosts[0]: "a.*.de" is not a host name`},
		{"a host given twice", "", "hosts: [a.de, A.de]", `rooms[0].hosts[1]: "a.de" is given twice`},
		{"a rule with a star", "", "paths: [/a/*]", `rooms[0].paths[0]: "/a/*" has '*'`},
		{"a rule without a slash", "", "exclude: [a]", `rooms[0].exclude[0]: "a" does not begin with /`},
		{"a kind of files that pages may be", "", "exclude: [/a, \"*.html\"]", `rooms[0].exclude[1]: "*.html" is no kind of files that can be open by name; want one of *.css, *.js,`},
		{"a kind of files twice", "", "exclude: [\"*.css\", /a, \"*.css\"]", `rooms[0].exclude[2]: "*.css" is given twice`},
		{"a rule behind a kind of files", "", "exclude: [\"*.css\", a]", `rooms[0].exclude[1]: "a" does not begin with /`},
		{"a kind of files behind the line", "", "paths: [\"*.css\"]", `rooms[0].paths[0]: "*.css" does not begin with /`},
		{"a path that is protected and open", "", "paths: [/, /a]\nexclude: [/A/]", `rooms[0].exclude[0]: "/A/" on host "*" is already rooms[0].paths[1]`},

		{"a path below the gateway's own", "prefix: /termine", "paths: [/, /Termine/neu]", `rooms[0].paths[1]: "/Termine/neu" lies at or below prefix "/termine"`},
		{"the gateway's own path", "prefix: /a/b", "paths: [/a, /a/b]", `rooms[0].paths[1]: "/a/b" lies at or below prefix "/a/b"`},

		{"no backend", "", "backend: {}", "rooms[0].backend: has no address; give url"},
		{"two ways to give a backend", "", "backend: {url: \"http://a\", addresses: [\"http://b\"]}", "rooms[0].backend.url: give either url or addresses"},
		{"a backend with a path", "", "backend: {url: \"http://a/app\"}", "rooms[0].backend.url: \"http://a/app\" has more than scheme, host and port"},
		{"a backend given twice", "", "backend: {addresses: [\"http://a\", \"http://a:80\"]}", "rooms[0].backend.addresses[1]: http://a:80 is already rooms[0].backend.addresses[0]"},
		{"a backend half in https", "", "backend: {addresses: [\"http://a\", \"https://a\"]}", "rooms[0].backend.addresses: are partly https"},
		{"TLS for a plain backend", "", "backend: {url: \"http://a\", tls: {ca_file: c}}", "rooms[0].backend.tls: is only used with https://"},
		{"a relative backend socket", "", "backend: {url: \"unix:a\"}", "rooms[0].backend.url: \"unix:a\" is not a socket"},
		{"a backend that is the gateway", "", "backend: {url: \"http://localhost:8080\"}", "rooms[0].backend.url: http://localhost:8080 is listen.http of the gateway itself"},
		{"a backend that is the admin listener", "", "backend: {url: \"http://127.0.0.1:8081\"}", "is admin.listen of the gateway itself"},
		{"a backend that is the gateway's socket", "listen: {unix: /run/e}", "backend: {url: \"unix:/run/e\"}", "is listen.unix of the gateway itself"},
		{"a Host header with a path", "", "backend: {url: \"http://a\", host_header: a/b}", "rooms[0].backend.host_header"},
		{"a health path without a slash", "", "backend: {url: \"http://a\", health: {path: ok}}", "rooms[0].backend.health.path"},
		{"a status that is none", "", "backend: {url: \"http://a\", health: {status: \"99\"}}", "rooms[0].backend.health.status"},
		{"a status range that runs backwards", "", "backend: {url: \"http://a\", health: {status: \"300-200\"}}", `"300-200" ends before it begins`},
		{"a back-off that shrinks", "", "backend: {url: \"http://a\", health: {backoff: 1m, max_backoff: 1s}}", "rooms[0].backend.health.max_backoff: 1s is not in 1m0s…1h0m0s"},
		{"no request to the backend at all", "", "backend: {url: \"http://a\", max_in_flight: 0}", "rooms[0].backend.max_in_flight: 0 is not in 1…1048576 requests"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused", func(t *testing.T) {
			got := problemsOf(t, oneRoom(tt.top, tt.room), nil, nil)
			if !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, tt.want) }) {
				t.Errorf("problems are %q, want one with %q", got, tt.want)
			}
			if len(got) > 1 {
				t.Errorf("one mistake gives %d problems: %q", len(got), got)
			}
		})
	}
}

func TestRoomsMustNotClaimTheSamePath(t *testing.T) {
	got := problemsOf(t, `
rooms:
  - {id: a, hosts: [x.de, a.de], paths: [/termine], exclude: [/], backend: {url: "http://b:1"}}
  - {id: b, hosts: [b.de, x.de], paths: [/neu, /%74ermine/], backend: {url: "http://b:1"}}
  - {id: a, hosts: [c.de], backend: {url: "http://b:1"}}
`, nil, nil)
	want := []string{
		`line 4: rooms[1].paths[1]: "/%74ermine/" on host "x.de" is already rooms[0].paths[0]; two rules cannot decide about one path`,
		`line 5: rooms[2].id: "a" is already rooms[0].id`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("problems are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestItMustBeClearWhichBackendGetsTheRestOfAHost(t *testing.T) {
	rooms := `
rooms:
  - {id: a, hosts: [x.de], paths: [/a], %s backend: {url: "http://b:1"}}
  - {id: b, hosts: [x.de], paths: [/b], backend: {url: "http://b:2"}}
`
	got := problemsOf(t, fmt.Sprintf(rooms, ""), nil, nil)
	if len(got) != 1 || !strings.Contains(got[0], `rooms[1].hosts: "x.de" is also a host of rooms[0] with another backend`) {
		t.Errorf("problems are %q", got)
	}
	c := parse(t, fmt.Sprintf(rooms, "exclude: [/],"))
	router, err := route.New(c.Routes())
	if err != nil {
		t.Fatal(err)
	}
	if room, v := router.Match("x.de", []byte("/c")); room != 0 || v != route.Open {
		t.Errorf("the rest goes to %d, %d", room, v)
	}
}

func TestABackendOnAnotherPortOfThisMachineIsFine(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:8000", "http://localhost:8082", "http://site:8080", "unix:/run/site.sock", "https://[::1]"} {
		if _, err := loadText(oneRoom("", `backend: {url: "`+url+`"}`), nil, nil); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestADialledAddressReachesAListenerOnlyIfItCertainlyDoes(t *testing.T) {
	tests := []struct {
		host, own string
		want      bool
	}{
		{"127.0.0.1", "", true},
		{"localhost", "0.0.0.0", true},
		{"::1", "::", true},
		{"0.0.0.0", "", true},
		{"site", "", false},
		{"10.0.0.1", "10.0.0.1", true},
		{"10.0.0.2", "10.0.0.1", false},
		{"localhost", "127.0.0.1", true},
		{"127.0.0.1", "localhost", true},
		{"127.0.0.2", "127.0.0.1", false},
		{"localhost", "10.0.0.1", false},
	}
	for _, tt := range tests {
		if got := reaches(tt.host, tt.own); got != tt.want {
			t.Errorf("dialling %q reaches a listener on %q: %v, want %v", tt.host, tt.own, got, tt.want)
		}
	}
}
