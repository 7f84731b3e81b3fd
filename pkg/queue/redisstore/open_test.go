package redisstore_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// certificate writes a certificate that is its own authority, for servers on this machine and their clients.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: []string{"redis.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true, IsCA: true,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, private.Public(), private))(t)
	secret := must(x509.MarshalPKCS8PrivateKey(private))(t)
	write := func(name, kind string, bytes []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", secret)
}

func TestAServerWithTLSIsReachedWithCertificates(t *testing.T) {
	cert, key := certificate(t)
	server := redistest.Start(t, "--port", "0", "--tls-port", "{port}", "--tls-cert-file", cert, "--tls-key-file", key,
		"--tls-ca-cert-file", cert, "--tls-auth-clients", "yes")
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(must(os.ReadFile(cert))(t)) {
		t.Fatal("no certificate")
	}
	o := single(server.Addr())
	o.DialTimeout, o.ReadTimeout = time.Minute, time.Minute // a busy machine takes its time for a handshake
	o.TLS = &tls.Config{
		MinVersion: tls.VersionTLS12, RootCAs: pool, ServerName: "redis.test",
		Certificates: []tls.Certificate{must(tls.LoadX509KeyPair(cert, key))(t)},
	}
	filled(t, opened(t, o), "a", 2)
	for missing, without := range map[string]func(*tls.Config){
		"the authority": func(c *tls.Config) { c.RootCAs = nil },
		"the name":      func(c *tls.Config) { c.ServerName = "" },
	} {
		less := o
		less.TLS = o.TLS.Clone()
		without(less.TLS)
		_, err := newStore(t, opened(t, less), "a").Snapshot(t.Context())
		wants(t, err, queue.ErrUnavailable)
		if !strings.Contains(err.Error(), "x509") {
			t.Fatalf("without %s: %v", missing, err)
		}
	}
}

func TestOptionsNameAllThatIsWrong(t *testing.T) {
	_, err := redisstore.Open(redisstore.Options{
		Topology: "ring", Master: "m", DB: -1, SentinelUser: "u",
		DialTimeout: -1, ReadTimeout: -1, WriteTimeout: -1, PoolSize: -1,
	})
	wants(t, err, queue.ErrInvalid)
	for _, field := range []string{
		"topology", "addrs", "master", "db", "sentinel password", "dial timeout", "read timeout", "write timeout", "pool size",
	} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("no word of %s: %v", field, err)
		}
	}
}

func TestOptionsThatCannotWorkAreRefusedWithTheReasonAndWithoutThePassword(t *testing.T) {
	const secret = "s3cret"
	for _, test := range []struct {
		change func(*redisstore.Options)
		says   string
	}{
		{func(o *redisstore.Options) { o.Addrs = []string{"a:1", "b:2"} }, "2 for one server"},
		{func(o *redisstore.Options) { o.Addrs = []string{"a"} }, `"a": want host:port`},
		{func(o *redisstore.Options) { o.Addrs = []string{":6379"} }, "want host:port"},
		{func(o *redisstore.Options) { o.Addrs = []string{"a:0"} }, "want host:port"},
		{func(o *redisstore.Options) { o.Addrs = []string{"a:65536"} }, "want host:port"},
		{func(o *redisstore.Options) { o.Addrs = []string{"a:redis"} }, "want host:port"},
		{func(o *redisstore.Options) { o.Addrs = []string{"a b:1"} }, "want host:port"},
		{func(o *redisstore.Options) { o.Addrs = []string{"a@b:1"} }, "want host:port"},
		{func(o *redisstore.Options) { o.Topology, o.Addrs = redisstore.Cluster, []string{"/run/redis.sock"} }, "want host:port"},
		{func(o *redisstore.Options) { o.Topology, o.DB = redisstore.Cluster, 3 }, "a cluster has only 0"},
		{func(o *redisstore.Options) { o.Topology = redisstore.Sentinel }, "name that the Sentinels have"},
		{func(o *redisstore.Options) { o.Master = "m" }, `master "m": only for sentinel`},
		{func(o *redisstore.Options) { o.SentinelPassword = secret }, "only for sentinel"},
		{func(o *redisstore.Options) { o.User, o.Password = "gate", "" }, `want one for user "gate"`},
	} {
		o := single("a:1")
		o.Password = secret
		test.change(&o)
		_, err := redisstore.Open(o)
		wants(t, err, queue.ErrInvalid)
		if !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), secret) {
			t.Errorf("want %q, got %v", test.says, err)
		}
	}
	for _, addr := range []string{"/run/redis/redis.sock", "[::1]:6379", "db.example:1"} {
		if err := single(addr).Validate(); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

// rights are the words with a plus sign of the text in a file between from and to.
func rights(t *testing.T, file, from, to string) []string {
	t.Helper()
	_, text, _ := strings.Cut(string(must(os.ReadFile(file))(t)), from)
	text, _, _ = strings.Cut(text, to)
	rights := []string{"~einlass:*"}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n(),./`", r) }) {
		if strings.HasPrefix(word, "+") {
			rights = append(rights, word)
		}
	}
	return rights
}

// keyRights are those that the comment of the keys names.
func keyRights(t *testing.T) []string {
	t.Helper()
	return rights(t, "keys.go", "restricted by ACL needs", "func ")
}

// The rights stand twice: in full beside the keys, and as few as possible for operators.
func TestAUserWithTheRightsThatAreDocumentedCanDoEverythingAndLittleElse(t *testing.T) {
	t.Parallel()
	for name, rights := range map[string][]string{
		"keys.go":       keyRights(t),
		"operations.md": rights(t, "../../../docs/operations.md", "Allow the gateways' user", "on `~einlass:*`"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acl := append([]string{"--user", "gate", "on", ">secret"}, rights...)
			server := redistest.Start(t, append(acl, "--requirepass", "other")...)
			client := opened(t, redisstore.Options{Addrs: []string{server.Addr()}, User: "gate", Password: "secret", DB: 1})
			store := newStore(t, client, "a")
			if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
				t.Fatal(err)
			}
			each(t, store, nil)
			noticesAKeyThatIsGone(t, client)
			if err := redisstore.Check(t.Context(), client); err != nil {
				t.Error(err)
			}
			for _, forbidden := range [][]any{{"FLUSHALL"}, {"KEYS", "*"}, {"HGETALL", "elsewhere"}} {
				if err := client.Do(t.Context(), forbidden...).Err(); !redis.HasErrorPrefix(err, "NOPERM") {
					t.Errorf("%v: %v", forbidden, err)
				}
			}
		})
	}
}

func noticesAKeyThatIsGone(t *testing.T, client redis.UniversalClient) {
	t.Helper()
	store, _ := everywhere(t, client, "torn")
	must(client.Unlink(t.Context(), "einlass:{torn}:2:line0").Result())(t)
	_, err := tick(t.Context(), store)
	wants(t, err, queue.ErrLost)
	if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
		t.Error(err)
	}
}

func TestAnOpenedClientWaitsForNothingLongerThanItWasTold(t *testing.T) {
	client := opened(t, redisstore.Options{
		Addrs:       []string{"127.0.0.1:1"},
		DialTimeout: 10 * time.Millisecond, ReadTimeout: 20 * time.Millisecond, WriteTimeout: 30 * time.Millisecond, PoolSize: 3,
	})
	o := client.(*redis.Client).Options()
	if o.DialTimeout != 10*time.Millisecond || o.ReadTimeout != 20*time.Millisecond ||
		o.WriteTimeout != 30*time.Millisecond || o.PoolSize != 3 || o.PoolTimeout != 20*time.Millisecond {
		t.Errorf("limits %+v", o)
	}
	if o.MaxRetries != 1 || o.DialerRetries != 1 || !o.ContextTimeoutEnabled {
		t.Errorf("retries %d, dial retries %d, contexts %t", o.MaxRetries, o.DialerRetries, o.ContextTimeoutEnabled)
	}
	if o.MaintNotificationsConfig.Mode != maintnotifications.ModeDisabled || !o.DisableIdentity || o.Protocol != 2 {
		t.Errorf("chatter %+v", o)
	}
}

func TestCheckRefusesServersThatEvictPlaces(t *testing.T) {
	server := redistest.Start(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
	client := server.Client(t)
	err := redisstore.Check(t.Context(), client)
	wants(t, err, queue.ErrInvalid)
	if !strings.Contains(err.Error(), "allkeys-lru") {
		t.Errorf("got %v", err)
	}
	if err := client.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err(); err != nil {
		t.Fatal(err)
	}
	if err := redisstore.Check(t.Context(), client); err != nil {
		t.Error(err)
	}
}

func TestCheckRefusesOldServersAndNoticesAbsentOnes(t *testing.T) {
	info := "redis_version:6.2.14\r\nmaxmemory:0\r\n"
	old := fakeServer(t, fmt.Sprintf("$%d", len(info))+"\r\n"+info+"\r\n")
	wants(t, redisstore.Check(t.Context(), opened(t, single(old))), queue.ErrInvalid)
	server := redistest.Start(t)
	server.Kill()
	wants(t, redisstore.Check(t.Context(), opened(t, single(server.Addr()))), queue.ErrUnavailable)
	nodes := redisstore.Options{Topology: redisstore.Cluster, Addrs: []string{server.Addr()}}
	wants(t, redisstore.Check(t.Context(), opened(t, nodes)), queue.ErrUnavailable)
}
