package redisstore_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
)

func TestAURLSaysWhereRedisIsAndHowToReachIt(t *testing.T) {
	for url, want := range map[string]redisstore.Options{
		"redis://db.example": {
			Topology: redisstore.Single, Addrs: []string{"db.example:6379"},
		},
		"valkey://127.0.0.1:7000/": {
			Topology: redisstore.Single, Addrs: []string{"127.0.0.1:7000"},
		},
		"redis://[::1]/3?read_timeout=500ms&dial_timeout=1s&write_timeout=2s&pool_size=5": {
			Topology: redisstore.Single, Addrs: []string{"[::1]:6379"}, DB: 3, PoolSize: 5,
			ReadTimeout: 500 * time.Millisecond, DialTimeout: time.Second, WriteTimeout: 2 * time.Second,
		},
		"redis://gate:p%40ss%3A%2Fword@[2001:db8::1]:7000/3": {
			Topology: redisstore.Single, Addrs: []string{"[2001:db8::1]:7000"}, DB: 3, User: "gate", Password: "p@ss:/word",
		},
		"redis://:secret@a": {
			Topology: redisstore.Single, Addrs: []string{"a:6379"}, Password: "secret",
		},
		"unix:///run/redis/redis.sock?db=2": {
			Topology: redisstore.Single, Addrs: []string{"/run/redis/redis.sock"}, DB: 2,
		},
		"unix://gate:secret@/run/redis.sock": {
			Topology: redisstore.Single, Addrs: []string{"/run/redis.sock"}, User: "gate", Password: "secret",
		},
		"redis+sentinel://gate:a@s1,s2:26380,[::1]/main/1?sentinel_user=watch&sentinel_password=b%26c": {
			Topology: redisstore.Sentinel, Addrs: []string{"s1:26379", "s2:26380", "[::1]:26379"}, Master: "main", DB: 1,
			User: "gate", Password: "a", SentinelUser: "watch", SentinelPassword: "b&c",
		},
		"valkey+cluster://:a@n1,n2:7001": {
			Topology: redisstore.Cluster, Addrs: []string{"n1:6379", "n2:7001"}, Password: "a",
		},
	} {
		got, err := redisstore.ParseURL(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if !sameOptions(got, want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", url, got, want)
		}
	}
}

func sameOptions(a, b redisstore.Options) bool {
	return strings.Join(a.Addrs, " ") == strings.Join(b.Addrs, " ") && a.Topology == b.Topology && a.Master == b.Master &&
		a.DB == b.DB && a.User == b.User && a.Password == b.Password && a.SentinelUser == b.SentinelUser &&
		a.SentinelPassword == b.SentinelPassword && (a.TLS == nil) == (b.TLS == nil) && a.PoolSize == b.PoolSize &&
		a.DialTimeout == b.DialTimeout && a.ReadTimeout == b.ReadTimeout && a.WriteTimeout == b.WriteTimeout
}

func TestAURLWithAnEncryptedSchemeAsksForTLS(t *testing.T) {
	for _, url := range []string{
		"rediss://a", "valkeys://a", "rediss+sentinel://a/main", "valkeys+sentinel://a/main", "rediss+cluster://a",
	} {
		o := must(redisstore.ParseURL(url + "?server_name=db.example"))(t)
		if o.TLS == nil || o.TLS.ServerName != "db.example" || o.TLS.InsecureSkipVerify {
			t.Errorf("%s: %+v", url, o.TLS)
		}
	}
}

func TestAURLThatIsWrongIsRefusedWithTheReasonAndWithoutThePassword(t *testing.T) {
	for url, reason := range map[string]string{
		"":                                      "want it to begin with",
		"127.0.0.1:6379":                        "want it to begin with",
		"http://hunter2@a":                      "want it to begin with",
		"redis://":                              "a host is empty",
		"redis://a,b":                           "sentinel and cluster take more",
		"redis://a:port":                        `"a:port": want host:port`,
		"redis://a:0":                           `"a:0": want host:port`,
		"redis://u:hunter2@a:70000":             `"a:70000": want host:port`,
		"redis://hunter2@a":                     "user without a password",
		"redis://u:hunter2%@a":                  "special characters",
		"redis://u:hunter2@hunter2@a":           "special characters",
		"redis://u:hunter2@/3":                  "a host is empty",
		"redis://u:@a":                          `password: want one for user "u"`,
		"redis://a/x":                           `db "x": want a number`,
		"redis://a/-1":                          `db "-1": want a number`,
		"redis://a/1/2":                         "at most /db",
		"redis://a?db=1&db=2":                   "option db: given more than once",
		"redis://a?read_timeout=5":              `read_timeout "5": want a duration`,
		"redis://a?read_timeout=-5s":            `read_timeout "-5s": want a duration`,
		"redis://a?pool_size=0":                 `pool_size "0": want a number`,
		"redis://a?colour=red":                  `option "colour": want one of db,`,
		"redis://a?x=%":                         "want name=value",
		"redis://a?sentinel_password=hunter2":   "only for sentinel",
		"redis://a?ca=/x":                       "option ca: needs TLS",
		"rediss://a?ca=/does/not/exist":         "ca: ",
		"rediss://a?ca=url_test.go":             "no certificate in it",
		"rediss://a?cert=url_test.go":           "cert and key: ",
		"unix://a/b":                            `host "a": want a path`,
		"unix://":                               "addrs",
		"redis+sentinel://a":                    "master: want the name",
		"redis+sentinel://a/main/1/2":           "at most /master/db",
		"redis+sentinel://a/m?sentinel_user=u":  `sentinel password: want one for user "u"`,
		"redis+cluster://a/1":                   "a cluster has only 0",
		"redis+cluster://a,,b":                  "a host is empty",
		"redis+cluster://a,u:hunter2%20@b c:1/": `"b c:1": want host:port`,
	} {
		o, err := redisstore.ParseURL(url)
		if !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s is taken: %+v, %v", url, o, err)
			continue
		}
		if !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want %q", url, err, reason)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the password is in %v", url, err)
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

func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{
		"redis://u:p@a:1/2?db=3", "rediss+sentinel://a,[::1]:2/m/1?server_name=x", "redis+cluster://a,b", "unix:///x?db=1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		o, err := redisstore.ParseURL(url)
		if (err == nil) == errors.Is(err, queue.ErrInvalid) {
			t.Fatalf("%v", err)
		}
		if err == nil {
			if err := o.Validate(); err != nil {
				t.Fatalf("taken, but %v", err)
			}
		}
	})
}
