package config

import (
	"slices"
	"strings"
	"testing"
)

func TestFlagsWinOverTheEnvironmentAndBothOverTheFile(t *testing.T) {
	text := minimal + "log: {level: debug, format: console}\nstop_timeout: 5s\n"
	c, err := loadText(text,
		[]string{"EINLASS_LOG__LEVEL=warn", "EINLASS_LOG__FORMAT=json", "HOME=/"},
		map[string]string{"log.level": "error"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Log.Level != "error" || c.Log.Format != "json" || c.StopTimeout.String() != "5s" {
		t.Errorf("configuration is %+v, %v", c.Log, c.StopTimeout)
	}
}

func TestTheEnvironmentAloneIsEnough(t *testing.T) {
	c, err := Load(Source{Env: []string{
		"EINLASS_ROOMS__10__ID=k", "EINLASS_ROOMS__10__BACKEND__URL=http://b:1", "EINLASS_ROOMS__10__PATHS=/k",
		"EINLASS_ROOMS__0__ID=kfz-sued", "EINLASS_ROOMS__KFZ_SUED__BACKEND__ADDRESSES=http://b:1, http://b:2", "EINLASS_ROOMS__0__EXCLUDE=/x",
		"EINLASS_ROOMS__1__ID=b", "EINLASS_ROOMS__B__BACKEND__URL=http://b:1", "EINLASS_ROOMS__1__PATHS=/1",
		"EINLASS_ROOMS__2__ID=c", "EINLASS_ROOMS__2__BACKEND__URL=http://b:1", "EINLASS_ROOMS__2__PATHS=/2",
		"EINLASS_ROOMS__3__ID=d", "EINLASS_ROOMS__3__BACKEND__URL=http://b:1", "EINLASS_ROOMS__3__PATHS=/3",
		"EINLASS_ROOMS__4__ID=e", "EINLASS_ROOMS__4__BACKEND__URL=http://b:1", "EINLASS_ROOMS__4__PATHS=/4",
		"EINLASS_ROOMS__5__ID=f", "EINLASS_ROOMS__5__BACKEND__URL=http://b:1", "EINLASS_ROOMS__5__PATHS=/5",
		"EINLASS_ROOMS__6__ID=g", "EINLASS_ROOMS__6__BACKEND__URL=http://b:1", "EINLASS_ROOMS__6__PATHS=/6",
		"EINLASS_ROOMS__7__ID=h", "EINLASS_ROOMS__7__BACKEND__URL=http://b:1", "EINLASS_ROOMS__7__PATHS=/7",
		"EINLASS_ROOMS__8__ID=i", "EINLASS_ROOMS__8__BACKEND__URL=http://b:1", "EINLASS_ROOMS__8__PATHS=/8",
		"EINLASS_ROOMS__9__ID=j", "EINLASS_ROOMS__9__BACKEND__URL=http://b:1", "EINLASS_ROOMS__9__PATHS=/9",
		"EINLASS_TRUSTED_PROXIES=10.0.0.0/8, ::1",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Rooms) != 11 || c.Rooms[10].ID != "k" || c.Rooms[0].Pace.Rate != 60 {
		t.Errorf("rooms are %+v", c.Rooms)
	}
	if !slices.Equal(c.Rooms[0].Backend.Addresses, []string{"http://b:1", "http://b:2"}) || len(c.TrustedProxies) != 2 {
		t.Errorf("lists are %q, %v", c.Rooms[0].Backend.Addresses, c.TrustedProxies)
	}
}

func TestAStoreGivenInShortMayBeCompleted(t *testing.T) {
	c, err := loadText(minimal+"store: redis://h:6379\nkeys: {file: k}\n", []string{"EINLASS_STORE__PASSWORD=pw"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Store.URL != "redis://h:6379" || c.Store.Password.Reveal() != "pw" {
		t.Errorf("store is %+v", c.Store)
	}
}

func TestVariablesThatAreNoConfigurationAreLeftAlone(t *testing.T) {
	env := []string{
		"EINLASS_CONFIG=/etc/einlass.yaml", "EINLASS_ADMIN_URL=x", "EINLASS_ADMIN_TOKEN=y", "EINLASS_ADMIN_CA=z", "EINLASS_KEYRING=secret", "EINLASS_=",
		"EINLASS_SERVICE_HOST=10.0.0.1", "EINLASS_SERVICE_PORT=80", "EINLASS_SERVICE_PORT_HTTP=80", "EINLASS_PORT=tcp://10.0.0.1:80",
		"EINLASS_PORT_80_TCP=tcp://10.0.0.1:80", "EINLASS_PORT_80_TCP_PROTO=tcp", "EINLASS_REDIS_PORT_6379_TCP_ADDR=10.0.0.2",
		"einlass_listen__http=lower case is somebody else's",
	}
	c, err := loadText(minimal+"keys: {env: EINLASS_KEYRING}\n", env, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Keys.Env != "EINLASS_KEYRING" || c.Listen.HTTP != ":8080" {
		t.Errorf("configuration is %+v", c)
	}
	if _, err := loadText(minimal, append(env, "EINLASS_KEYS__ENV=EINLASS_KEYRING"), nil); err != nil {
		t.Errorf("the variable that another variable names: %v", err)
	}
}

func TestOverridesThatFitNowhereAreNamed(t *testing.T) {
	tests := []struct{ env, want string }{
		{"EINLASS_LISTEN_HTTP=:1", "environment EINLASS_LISTEN_HTTP: listen_http: unknown key"},
		{"EINLASS_ROOMS__KFZ__PACE__RATE=1", `environment EINLASS_ROOMS__KFZ__PACE__RATE: rooms.kfz.pace.rate: no room has the id or position "kfz"`},
		{"EINLASS_ROOMS__2__ID=x", `no room has the id or position "2"`},
		{"EINLASS_ROOMS__0__HOSTS__5=x", `rooms.0.hosts has no position "5"; want 0…1`},
		{"EINLASS_PREFIX__X=1", `prefix is a single value in line 5, it has no "x"`},
		{"EINLASS_ROOMS=x", "environment EINLASS_ROOMS: rooms: want a list"},
		{"EINLASS_ROOMS__0__PACE__RATE=many", `environment EINLASS_ROOMS__0__PACE__RATE: rooms[0].pace.rate: "many" is not a whole number`},
		{"EINLASS_LISTEN=x", "environment EINLASS_LISTEN: listen: want keys and values below it"},
	}
	text := "rooms:\n  - id: termine\n    hosts: [a.de]\n    backend: {url: \"http://127.0.0.1:8000\"}\nprefix: /a\n"
	for _, tt := range tests {
		t.Run(tt.env, func(t *testing.T) {
			got := problemsOf(t, text, []string{tt.env}, nil)
			if !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, tt.want) }) {
				t.Errorf("problems are %q, want one with %q", got, tt.want)
			}
		})
	}
	got := problemsOf(t, "", []string{"EINLASS_ROOMS__KFZ__ID=kfz"}, nil)
	if !strings.Contains(got[0], `no room has the id or position "kfz"`) {
		t.Errorf("problems are %q", got)
	}
}

func TestFlagsNamePathsAsErrorsDo(t *testing.T) {
	for _, flag := range []string{"rooms[0].pace.rate", "rooms.0.pace.rate", "rooms.termine.pace.rate", "rooms[termine].pace.rate"} {
		c, err := loadText(minimal, nil, map[string]string{flag: "7"})
		if err != nil || c.Rooms[0].Pace.Rate != 7 {
			t.Errorf("%s: %v", flag, err)
		}
	}
}
