package main

import (
	"io/fs"
	"net"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/tlscert/certtest"
)

// mistakesOfValues stand in the file itself.
func mistakesOfValues() []mistake {
	httpsOff := "  https: 127.0.0.1:0\n"
	return []mistake{
		{name: "a tab", spoil: edits("  http: 127", "\thttp: 127"), say: "not YAML"},
		{name: "an unknown key", spoil: edits("listen:\n", "lisen:\n"), key: "lisen", at: "lisen:", say: "did you mean listen?"},
		{name: "a key twice", spoil: edits("trusted_proxies", "state: {}\ntrusted_proxies"), key: "state", at: "state: {}", say: "is already given in line 9"},
		{name: "no rooms", spoil: func(w *world) { w.text, _, _ = strings.Cut(w.text, "rooms:") }, key: "rooms", say: "no room is configured"},
		{name: "a rate in words", spoil: edits("rate: 60", "rate: many"), key: "rooms[0].pace.rate", at: "rate: many"},
		{name: "a rate below 0", spoil: edits("rate: 60", "rate: -5"), key: "rooms[0].pace.rate", at: "rate: -5", say: "is not in 0"},
		{name: "no languages", spoil: edits("    languages: [de, en]\n", ""), key: "rooms[0].languages", at: "id: termine", say: "is not set", is: warns},
		{name: "no links", spoil: func(w *world) {
			before, rest, _ := strings.Cut(w.text, "    links: ")
			_, after, _ := strings.Cut(rest, "\n")
			w.text = before + after
		}, key: "rooms[0].links", at: "id: termine", say: "lacks imprint, privacy, accessibility, barrier: ", is: warns},
		{name: "a link that is missing", spoil: edits("privacy: /datenschutz, ", ""), key: "rooms[0].links", at: "links:", say: "lacks privacy: ", is: warns},
		{name: "a link that is none", spoil: edits("imprint: /impressum", "imprint: impressum"), key: "rooms[0].links.imprint", at: "links:", say: "want https://www.example.org/imprint, or a path on this host"},
		{name: "an unknown language", spoil: edits("[de, en]", "[de, tlh]"), key: "rooms[0].languages[1]", at: "tlh", say: `there are no pages in "tlh"`},
		{name: "two rooms overlap", spoil: func(w *world) { w.text += strings.ReplaceAll(secondTo, "second.example", "termine.example") }, key: "rooms[1].paths[0]", at: "id: second", say: "two rules cannot decide"},
		{name: "two rooms of one id", spoil: func(w *world) { w.text += strings.ReplaceAll(secondTo, "id: second", "id: termine   # too") }, key: "rooms[1].id", at: "# too", say: "is already rooms[0].id"},
		{name: "an id in capitals", spoil: edits("id: termine", "id: Termine"), key: "rooms[0].id", at: "id: Termine"},
		{name: "no backend", spoil: edits("    backend:\n"+siteURL, ""), key: "rooms[0].backend", at: "id: termine", say: "has no address"},
		{name: "a backend without a scheme", spoil: edits(siteURL, "      url: site.example:8000\n"), key: "rooms[0].backend.url", at: "site.example", say: "want http://host:port"},
		{name: "a backend with a path", spoil: edits(siteURL, "      url: http://127.0.0.1:9/termine\n"), key: "rooms[0].backend.url", at: "9/termine", say: "more than scheme, host and port"},
		{name: "a backend's port is too high", spoil: edits(siteURL, "      url: http://127.0.0.1:80000\n"), key: "rooms[0].backend.url", at: "80000", say: "is not in 1"},
		{name: "the gateway is its own backend", spoil: edits("http: 127.0.0.1:0", "http: 127.0.0.1:9"), key: "rooms[0].backend.url", at: "url: http", say: "is listen.http of the gateway itself"},
		{name: "two listeners at one address", spoil: edits("http: 127.0.0.1:0", "http: 127.0.0.1:7", "https: 127.0.0.1:0", "https: 127.0.0.1:7"), key: "listen.https", at: "https:", say: "is already listen.http"},
		{name: "a listener without a port", spoil: edits("http: 127.0.0.1:0", "http: 127.0.0.1"), key: "listen.http", at: "http: 127", say: "want host:port"},
		{name: "https without a certificate", spoil: edits("tls:\n"+fileTLS, ""), key: "tls", say: "listen.https needs a certificate"},
		{name: "a certificate without a key", spoil: edits("  key_file: DIR/key.pem\n", ""), key: "tls", at: "cert_file", say: "give both"},
		{name: "a certificate without https", spoil: edits(httpsOff, ""), key: "tls", at: "cert_file", say: "no listen.https"},
		{name: "certificate files and ACME", spoil: edits(fileTLS, fileTLS+acme), key: "tls.acme.domains", at: "domains:", say: "give either"},
		{name: "ACME without its terms", spoil: edits(fileTLS, strings.Replace(acme, "accept_terms: true", "accept_terms: false", 1)), key: "tls.acme.accept_terms", at: "accept_terms", say: "accept the authority's terms"},
		{name: "ACME for a wildcard", spoil: edits(fileTLS, strings.Replace(acme, "[termine.example]", `["*.example"]`, 1)), key: "tls.acme.domains[0]", at: "domains:", say: "wildcards need a DNS challenge"},
		{name: "a trusted name", spoil: edits("[127.0.0.1]", "[proxy.example]"), key: "trusted_proxies[0]", at: "proxy.example", say: "is not a network"},
		{name: "bits behind a mask", spoil: edits("[127.0.0.1]", "[10.1.2.3/8]"), key: "trusted_proxies[0]", at: "10.1.2.3", say: "did you mean 10.0.0.0/8?"},
		{name: "the PROXY protocol of nobody", spoil: edits("trusted_proxies: [127.0.0.1]", "proxy_protocol: true"), key: "proxy_protocol", at: "proxy_protocol", say: "trusted_proxies is empty"},
		{name: "a prefix that ends with /", spoil: edits("rooms:", "prefix: /wait/\nrooms:"), key: "prefix", at: "prefix:"},
		{name: "keys from two places", spoil: edits("file: DIR/keys.json", "file: DIR/keys.json\n  env: KEYS"), key: "keys", at: "  file: DIR/keys", say: "give either"},
		{name: "nowhere to keep the keys", spoil: edits(fileKeys, "", "dir: DIR/state", `dir: ""`), key: "keys", say: "no state.dir"},
		{name: "operators without a token on a public address", spoil: edits("listen: 127.0.0.1:0\n"+fileToken, "listen: 0.0.0.0:0\n"), key: "admin.token", at: "listen: 0.0", say: "can be reached from other machines"},
		{name: "operators at a socket that is none", spoil: edits("listen: 127.0.0.1:0\n"+fileToken, "listen: unix:admin.sock\n"+fileToken), key: "admin.listen", at: "unix:admin", say: "an absolute path"},
		{name: "half a certificate for operators", spoil: edits(fileToken, fileToken+"  tls: {cert_file: DIR/cert.pem}\n"), key: "admin.tls", at: "tls: {", say: "give both"},
		{name: "a certificate for a socket", spoil: edits("listen: 127.0.0.1:0\n"+fileToken, "listen: unix:/run/admin.sock\n  tls: {cert_file: DIR/cert.pem, key_file: DIR/key.pem}\n"+fileToken), key: "admin.tls", at: "tls: {", say: "is for a host:port"},
		{name: "a certificate for operators that is not there", spoil: edits(fileToken, fileToken+"  tls: {cert_file: DIR/gone.pem, key_file: DIR/key.pem}\n"), key: "admin.tls.cert_file", at: "tls: {", say: "gone.pem"},
		{name: "a short token", spoil: edits(fileToken, "  token: abc\n"), key: "admin.token", at: "token: abc", say: "at least 16"},
		{name: "an unknown level", spoil: edits("rooms:", "log: {level: loud}\nrooms:"), key: "log.level", at: "loud", say: "want debug, info, warn, error"},
		{name: "no time to stop", spoil: edits("rooms:", "stop_timeout: 0s\nrooms:"), key: "stop_timeout", at: "stop_timeout"},
		{name: "a drain of an hour", spoil: edits("drain: 0s", "drain: 1h"), key: "drain", at: "drain", say: "is not in 0s"},
		{name: "an unknown mode", spoil: edits("    pace:", "    mode: off\n    pace:"), key: "rooms[0].mode", at: "mode: off", say: "want run, pause, open"},
		{name: "a canonical of another host", spoil: edits("    pace:", "    canonical: https://www.example\n    pace:"), key: "rooms[0].canonical", at: "canonical", say: "none of the room's hosts"},
		{name: "a path twice", spoil: edits("    pace:", "    paths: [/a]\n    exclude: [/a]\n    pace:"), key: "rooms[0].exclude[0]", at: "exclude", say: "two rules cannot decide"},
		{name: "a path of the gateway's own", spoil: edits("    pace:", "    paths: [/.einlass/x]\n    pace:"), key: "rooms[0].paths[0]", at: "paths", say: "where the gateway answers itself"},
		{name: "a message with a control character", spoil: edits("    pace:", "    message: \"a\\u0007b\"\n    pace:"), key: "rooms[0].message", at: "message", say: "control character"},
		{name: "a page that asks less often than a call stands", spoil: edits("    pace:", "    claim_window: 10s\n    pace:"), key: "rooms[0].claim_window", at: "claim_window", say: "from poll.max"},
		{name: "a time without a unit", spoil: edits("    pace:", "    absent_after: 10\n    pace:"), key: "rooms[0].absent_after", at: "absent_after"},
		{name: "a status that is none", spoil: edits(siteURL, siteURL+"      health: {path: /up, status: \"2xx\"}\n"), key: "rooms[0].backend.health.status", at: "2xx"},

		{name: "openings of the past", spoil: edits("    pace:", "    schedule: {zone: Europe/Berlin, openings: [{dates: [2021-06-14], start: \"08:00\", end: \"18:00\"}]}\n    pace:"), is: warns, key: "rooms[0].schedule.openings", at: "schedule:", say: "are all over"},
		{name: "a mask that was forgotten", spoil: edits("[127.0.0.1]", "[10.0.0.0]"), is: warns, key: "trusted_proxies[0]", at: "10.0.0.0", say: "as in 10.0.0.0/8?"},
		{name: "everybody is trusted", spoil: edits("[127.0.0.1]", "[0.0.0.0/0]"), is: warns, key: "trusted_proxies[0]", at: "0.0.0.0/0", say: "is everybody"},
		{name: "a backend without a port", spoil: edits(siteURL, "      url: http://127.0.0.1\n"), is: warns, key: "rooms[0].backend.url", at: "url: http", say: "is read as port 80"},
		{name: "visitors without TLS", spoil: edits(httpsOff, "", "tls:\n"+fileTLS, "", "http: 127.0.0.1:0", "http: 0.0.0.0:0", "trusted_proxies: [127.0.0.1]\n", ""), is: warns, key: "listen.http", at: "http: 0.0", say: "cookies are not bound"},
		{name: "a stay without end", spoil: edits("    pace:", "    session: {max: 0s}\n    pace:"), is: warns, key: "rooms[0].session.max", at: "session", say: "is read as 24h"},
	}
}

// mistakesOfFiles are of keyring, certificates and tokens.
func mistakesOfFiles() []mistake {
	const keyLine, certLine, tlsKeyLine = "file: DIR/keys.json", "cert_file: DIR/cert.pem", "key_file: DIR/key.pem"
	siteTLS := func(text string) func(*world) {
		return edits(siteURL, "      url: https://127.0.0.1:9\n      tls: {"+text+"}\n")
	}
	stateOnly := func(spoil func(*world)) func(*world) {
		return func(w *world) {
			w.edit(fileKeys, "")
			w.edit(fileToken, "")
			spoil(w)
		}
	}
	invites := func(secret string, mode fs.FileMode) func(*world) {
		return func(w *world) {
			if secret != "" {
				w.write("invitations", secret, mode)
			}
			w.edit("    pace:", "    invitations: {secret_file: DIR/invitations}\n    pace:")
		}
	}
	messages := func(secret string, mode fs.FileMode) func(*world) {
		return func(w *world) {
			if secret != "" {
				w.write("messages", secret, mode)
			}
			w.edit("    pace:", "    sms: {url: \"https://sms.example\", secret_file: DIR/messages}\n    pace:")
		}
	}
	const messageKey = "rooms[0].sms.secret_file"
	const inviteKey = "rooms[0].invitations.secret_file"
	return []mistake{
		{name: "no secret of invitations", spoil: invites("", 0), key: inviteKey, at: "invitations", say: "no such file"},
		{name: "a short secret of invitations", spoil: invites("abc\n", 0o600), key: inviteKey, at: "invitations", say: "holds 3 bytes: want at least 32"},
		{name: "a secret of invitations that others can read", spoil: invites(strings.Repeat("x", 32), 0o644), key: inviteKey, at: "invitations", say: "chmod o="},
		{name: "no secret of alerts", spoil: func(w *world) {
			w.text += "alerts: {webhook: {url: \"https://alerts.example\", secret_file: DIR/alerts}}\n"
		}, key: "alerts.webhook.secret_file", at: "secret_file", say: "no such file"},
		{name: "no secret of messages", spoil: messages("", 0), key: messageKey, at: "secret_file", say: "no such file"},
		{name: "a short secret of messages", spoil: messages("abc\n", 0o600), key: messageKey, at: "secret_file", say: "holds 3 bytes: want at least 32"},
		{name: "a secret of messages that is no base64", spoil: messages("whsec_!", 0o600), key: messageKey, at: "secret_file", say: "goes on in base64"},
		{name: "a secret of messages that others can read", spoil: messages(strings.Repeat("x", 32), 0o644), key: messageKey, at: "secret_file", say: "chmod o="},
		{name: "no keyring", spoil: func(w *world) { w.remove("keys.json") }, key: "keys.file", at: keyLine, say: "gateway keys new"},
		{name: "a keyring that others can read", spoil: func(w *world) { w.chmod("keys.json", 0o644) }, key: "keys.file", at: keyLine, say: "chmod 600"},
		{name: "an empty keyring", spoil: func(w *world) { w.empty("keys.json", 0o600) }, key: "keys.file", at: keyLine, say: "keyring"},
		{name: "half a keyring", spoil: func(w *world) { w.write("keys.json", w.read("keys.json")[:99], 0o600) }, key: "keys.file", at: keyLine, say: "keyring"},
		{name: "a certificate's key as a keyring", spoil: func(w *world) { w.write("keys.json", w.read("key.pem"), 0o600) }, key: "keys.file", at: keyLine, say: "keyring"},
		{name: "public keys as a keyring", spoil: func(w *world) {
			w.write("keys.json", `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`, 0o600)
		}, key: "keys.file", at: keyLine, say: "keyring"},
		{name: "algorithms swapped in a keyring", spoil: func(w *world) {
			w.write("keys.json", strings.ReplaceAll(w.read("keys.json"), "HS256", "EdDSA"), 0o600)
		}, key: "keys.file", at: keyLine, say: "keyring"},
		{name: "a directory as a keyring", spoil: func(w *world) { w.remove("keys.json"); w.mkdir("keys.json") }, key: "keys.file", at: keyLine, say: "not a regular file"},
		{name: "a keyring of another user", spoil: func(w *world) { w.chmod("keys.json", 0) }, nobody: true, key: "keys.file", at: keyLine, say: "permission denied"},
		{name: "a keyring's variable is missing", spoil: edits(keyLine, "env: EINLASS_NO_SUCH_RING"), key: "keys.env", at: "env:", say: "the environment has no"},
		{name: "a keyring's variable is something else", spoil: edits(keyLine, "env: PATH"), key: "keys.env", at: "env:"},
		{name: "the keyring beside the state is broken", spoil: stateOnly(func(w *world) { w.write("state/keys.json", "{}", 0o600) }), key: "state.dir", at: "dir: DIR/state", say: "keys.json"},

		{name: "no certificate", spoil: func(w *world) { w.remove("cert.pem") }, key: "tls.cert_file", at: certLine, say: "no such file"},
		{name: "no key of the certificate", spoil: func(w *world) { w.remove("key.pem") }, key: "tls.key_file", at: tlsKeyLine, say: "no such file"},
		{name: "certificate and key swapped", spoil: edits(fileTLS, "  cert_file: DIR/key.pem\n  key_file: DIR/cert.pem\n"), key: "tls.cert_file", at: "cert_file", say: "switched"},
		{name: "the key of another certificate", spoil: func(w *world) {
			_, key := certtest.KeyPair(w.t, "other.example")
			w.write("key.pem", string(key), 0o600)
		}, key: "tls.cert_file", at: certLine, say: "private key does not match"},
		{name: "an empty certificate", spoil: func(w *world) { w.empty("cert.pem", 0o644) }, key: "tls.cert_file", at: certLine, say: "failed to find"},
		{name: "a broken key", spoil: func(w *world) {
			w.write("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0o600)
		}, key: "tls.cert_file", at: certLine, say: "private key"},
		{name: "a key of another user", spoil: func(w *world) { w.chmod("key.pem", 0) }, nobody: true, key: "tls.key_file", at: tlsKeyLine, say: "permission denied"},
		{name: "an expired certificate", spoil: func(w *world) { w.certificate("cert.pem", "key.pem", "termine.example", -2*time.Hour, -time.Hour) }, is: fails, key: "tls.cert_file", at: certLine, say: "has expired"},
		{name: "a certificate of next week", spoil: func(w *world) {
			w.certificate("cert.pem", "key.pem", "termine.example", 100*time.Hour, 200*time.Hour)
		}, is: fails, key: "tls.cert_file", at: certLine, say: "is not valid yet"},
		{name: "a certificate of another host", spoil: func(w *world) { w.certificate("cert.pem", "key.pem", "other.example", -time.Hour, time.Hour) }, is: warns, key: "rooms[0].hosts[0]", at: "hosts:", say: "is not for termine.example"},
		{name: "a key that all can read", spoil: func(w *world) { w.chmod("key.pem", 0o644) }, is: warns, key: "tls.key_file", at: tlsKeyLine, say: "mode 0644"},
		{name: "no authority of ACME's", spoil: byACME("    ca_file: DIR/none\n"), key: "tls.acme.ca_file", at: "ca_file", say: "no such file"},
		{name: "an authority of ACME's that is no certificate", spoil: byACME("    ca_file: DIR/token\n"), key: "tls.acme.ca_file", at: "ca_file", say: "holds no certificate"},

		{name: "no token file", spoil: func(w *world) { w.remove("token") }, key: "admin.token_file", at: "token_file", say: "no such file"},
		{name: "an empty token file", spoil: func(w *world) { w.empty("token", 0o600) }, key: "admin.token_file", at: "token_file", say: "does not hold one line"},
		{name: "two lines in a token file", spoil: func(w *world) { w.write("token", "0123456789abcdef\n0123456789abcdef\n", 0o600) }, key: "admin.token_file", at: "token_file", say: "does not hold one line"},
		{name: "a token file with a short token", spoil: func(w *world) { w.write("token", "abc\n", 0o600) }, key: "admin.token_file", at: "token_file", say: "at least 16"},
		{name: "a token file that all can read", spoil: func(w *world) { w.chmod("token", 0o644) }, key: "admin.token_file", at: "token_file", say: "chmod o="},
		{name: "an empty token beside the state", spoil: stateOnly(func(w *world) { w.empty("state/admin-token", 0o600) }), key: "state.dir", at: "dir: DIR/state", say: "admin-token is empty"},
		{name: "a token beside the state that all can read", spoil: stateOnly(func(w *world) { w.write("state/admin-token", "0123456789abcdef\n", 0o644) }), key: "state.dir", at: "dir: DIR/state", say: "chmod o="},

		{name: "no authority of the site's", spoil: siteTLS("ca_file: DIR/none"), key: "rooms[0].backend.tls.ca_file", at: "ca_file", say: "no such file"},
		{name: "an authority of the site's that is no certificate", spoil: siteTLS("ca_file: DIR/token"), key: "rooms[0].backend.tls.ca_file", at: "ca_file", say: "holds no certificate"},
		{name: "no certificate for the site", spoil: siteTLS("cert_file: DIR/none, key_file: DIR/key.pem"), key: "rooms[0].backend.tls.cert_file", at: "DIR/none", say: "no such file"},
		{name: "an expired certificate for the site", spoil: func(w *world) {
			w.certificate("c.pem", "k.pem", "gateway", -2*time.Hour, -time.Hour)
			siteTLS("cert_file: DIR/c.pem, key_file: DIR/k.pem")(w)
		}, is: fails, key: "rooms[0].backend.tls.cert_file", at: "c.pem", say: "has expired"},
	}
}

// byACME gets the certificate by ACME, whose challenges need a port.
func byACME(more string) func(*world) {
	return func(w *world) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		w.ok(err)
		w.ok(ln.Close())
		w.edit(fileTLS, acme+more)
		w.edit("https: 127.0.0.1:0", "https: "+ln.Addr().String())
	}
}

// mistakesOfPlaces are of directories and addresses.
func mistakesOfPlaces() []mistake {
	return []mistake{
		{name: "the state directory is a file", spoil: func(w *world) { w.instead("state") }, key: "state.dir", at: "dir: DIR/state", say: "not a directory"},
		{name: "the state directory is below a file", spoil: edits("dir: DIR/state", "dir: DIR/token/state"), key: "state.dir", at: "dir: DIR/token", say: "not a directory"},
		{name: "the state directory cannot be written to", spoil: func(w *world) { w.chmod("state", 0o500) }, nobody: true, key: "state.dir", at: "dir: DIR/state", say: "permission denied"},
		{name: "the state directory cannot be made", spoil: func(w *world) {
			w.mkdir("closed")
			w.chmod("closed", 0o500)
			w.edit("dir: DIR/state", "dir: DIR/closed/state")
		}, nobody: true, key: "state.dir", at: "DIR/closed", say: "permission denied"},
		{name: "the journal's directory is a file", spoil: func(w *world) { w.instead("journal") }, key: "journal.dir", at: "dir: DIR/journal", say: "not a directory"},
		{name: "the journal's directory cannot be written to", spoil: func(w *world) { w.chmod("journal", 0o500) }, nobody: true, key: "journal.dir", at: "dir: DIR/journal", say: "permission denied"},
		{name: "the directory of draws is below a file", spoil: edits("journal:\n", "draws: {dir: DIR/token/draws}\njournal:\n"), key: "draws.dir", at: "draws: {dir", say: "not a directory"},
		{name: "ACME's directory is a file", spoil: func(w *world) {
			w.write("acme", "a file", 0o600)
			byACME("")(w)
		}, is: anyway, key: "tls.acme.storage", at: "storage: DIR/acme", say: "not a directory"},
		{name: "visitors at an address of another machine", spoil: edits("http: 127.0.0.1:0", "http: 192.0.2.1:80"), key: "listen.http", at: "http: 192", say: "cannot assign requested address"},
		{name: "operators at an address of another machine", spoil: edits("listen: 127.0.0.1:0", "listen: 192.0.2.1:80"), key: "admin.listen", at: "listen: 192", say: "cannot assign requested address"},
		{name: "a listener at a name that has no address", spoil: edits("https: 127.0.0.1:0", "https: nowhere.invalid:443"), key: "listen.https", at: "nowhere", say: "nowhere.invalid"},
		{name: "a port that somebody listens at", spoil: func(w *world) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			w.ok(err)
			w.t.Cleanup(func() { _ = ln.Close() })
			w.edit("http: 127.0.0.1:0", "http: "+ln.Addr().String())
		}, is: inUse, key: "listen.http", at: "  http:", say: "is in use"},
		{name: "a socket in no directory", spoil: edits("listen:\n", "listen:\n  unix: /nowhere/socket\n"), key: "listen.unix", at: "unix:", say: "no such file"},
		{name: "a file where the socket should be", spoil: func(w *world) { w.edit("listen:\n", "listen:\n  unix: "+w.path("token")+"\n") }, key: "listen.unix", at: "unix:", say: "is not a socket"},
		{name: "a socket that somebody listens at", spoil: func(w *world) {
			ln, err := net.Listen("unix", w.path("socket"))
			w.ok(err)
			w.t.Cleanup(func() { _ = ln.Close() })
			w.edit("listen:\n", "listen:\n  unix: "+w.path("socket")+"\n")
		}, is: inUse, key: "listen.unix", at: "unix:", say: "is in use"},
		{name: "a site whose name has no address", spoil: edits(siteURL, "      url: http://site.invalid:80\n"), is: warns, key: "rooms[0].backend.url", at: "site.invalid", say: "is not found"},
		{name: "a site's socket that is not there", spoil: edits(siteURL, "      url: unix:/nowhere/socket\n"), is: warns, key: "rooms[0].backend.url", at: "nowhere", say: "is not found"},
	}
}
