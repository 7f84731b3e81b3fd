package config

import (
	"strings"
	"testing"
)

func TestUsualSlipsAreWarnedOf(t *testing.T) {
	const room = "rooms: [{id: a, backend: {url: %}}]\n"
	for _, tt := range []struct{ proxies, url, want string }{
		{"[10.0.0.0/8, 192.0.2.7, 2001:db8::/32, \"2001:db8::7\"]", "http://127.0.0.1:8000", ""},
		{"[10.0.0.0]", "http://127.0.0.1:8000", "trusted_proxies[0]: 10.0.0.0 is one address, which ends as a network does; is its mask missing, as in 10.0.0.0/8?"},
		{"[192.0.2.7, 192.168.7.0]", "http://127.0.0.1:8000", "trusted_proxies[1]: 192.168.7.0 is one address, which ends as a network does; is its mask missing, as in 192.168.7.0/24?"},
		{"[\"fd00:1::\"]", "http://127.0.0.1:8000", "trusted_proxies[0]: fd00:1:: is one address, which ends as a network does; is its mask missing, as in fd00:1::/64?"},
		{"[0.0.0.0/0]", "http://127.0.0.1:8000", "trusted_proxies[0]: 0.0.0.0/0 is everybody: each visitor may claim any address, and that TLS was used; name the proxy's own addresses"},
		{"[]", "http://127.0.0.1", "rooms[0].backend.url: http://127.0.0.1 names no port and is read as port 80"},
		{"[]", "\"http://[::1]\"", "rooms[0].backend.url: http://[::1] names no port and is read as port 80"},
		{"[]", "\"http://127.0.0.1:\"", "rooms[0].backend.url: http://127.0.0.1: names no port and is read as port 80"},
		{"[]", "https://site.example", "rooms[0].backend.url: https://site.example names no port and is read as port 443"},
		{"[]", "unix:/run/site", ""},
	} {
		c, err := loadText("listen: {http: \":8080\"}\ntrusted_proxies: "+tt.proxies+"\n"+strings.ReplaceAll(room, "%", tt.url), nil, nil)
		if err != nil {
			t.Errorf("%s %s: %v", tt.proxies, tt.url, err)
			continue
		}
		var got []string
		for _, p := range c.Warnings() {
			got = append(got, p.Error())
		}
		if all := strings.Join(got, "\n"); all != tt.want {
			t.Errorf("%s %s: warned of %q, want %q", tt.proxies, tt.url, all, tt.want)
		}
	}
}

func TestAFinishRuleWhereNobodyNeedsAPassIsWarnedOf(t *testing.T) {
	for _, tt := range []struct{ rules, want string }{
		{"finish: [{path: /done}]", ""},
		{"exclude: [/info], finish: [{path: /info/done}]", "rooms[0].finish[0].path: /info/done is open by exclude /info: answers there end no stay"},
		{"exclude: [/info], finish: [{path: /INFO}, {path: /done}]", "rooms[0].finish[0].path: /INFO is open by exclude /info: answers there end no stay"},
		{"paths: [/, /info/form], exclude: [/info], finish: [{path: /info}]", ""},
		{"paths: [/, /info/form], exclude: [/info], finish: [{path: /info/form/done}]", ""},
		{"paths: [/termine], finish: [{path: /danke}]", "rooms[0].finish[0].path: /danke lies below none of the room's paths: answers there end no stay"},
		{"paths: [/termine/neu], finish: [{path: /termine}]", ""},
		{"paths: [/termine], exclude: [\"*.css\"], finish: [{redirect: /danke}]", ""},
	} {
		c, err := loadText("listen: {http: \":8080\"}\nrooms: [{id: a, backend: {url: http://127.0.0.1:8000}, "+tt.rules+"}]\n", nil, nil)
		if err != nil {
			t.Errorf("%s: %v", tt.rules, err)
			continue
		}
		var got []string
		for _, p := range c.Warnings() {
			got = append(got, p.Error())
		}
		if all := strings.Join(got, "\n"); all != tt.want {
			t.Errorf("%s: warned of %q, want %q", tt.rules, all, tt.want)
		}
	}
}
