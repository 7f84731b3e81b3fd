package config

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
)

// Draws is what the draws of all rooms have in common.
type Draws struct {
	// Dir keeps the records, a directory for each room; empty: draws in State.Dir, or none without one. See Config.DrawsDir.
	Dir   string     `yaml:"dir"`
	Drand DrandChain `yaml:"drand"`
}

// DrandChain is the chain of drand whose rounds decide, and who is asked for them.
type DrandChain struct {
	Servers []string `yaml:"servers"`
	// Hash and Key are hexadecimal.
	Hash string `yaml:"hash"`
	Key  string `yaml:"key"`
	// Genesis is when round 1 began, in Unix seconds.
	Genesis int64         `yaml:"genesis"`
	Period  time.Duration `yaml:"period"`
}

// RoomDraw is how a room's openings are drawn.
type RoomDraw struct {
	// Beacon is one of draw.Rules.
	Beacon string `yaml:"beacon"`
}

func defaultDraws() Draws {
	c := drand.Quicknet()
	return Draws{Drand: DrandChain{
		Servers: []string{"https://api.drand.sh", "https://api2.drand.sh", "https://api3.drand.sh", "https://drand.cloudflare.com"},
		Hash:    c.Hash.String(), Key: hex.EncodeToString(c.Key), Genesis: c.Genesis, Period: time.Duration(c.Period) * time.Second,
	}}
}

// DrawsDir is where the records of draws are kept; empty: nowhere.
func (c *Config) DrawsDir() string {
	if c.Draws.Dir != "" || c.State.Dir == "" {
		return c.Draws.Dir
	}
	return filepath.Join(c.State.Dir, "draws")
}

// Chain is the chain as the draws take it. Of values that Load refuses it has none.
func (d *DrandChain) Chain() draw.Chain {
	c := draw.Chain{Genesis: d.Genesis, Period: int64(d.Period / time.Second)}
	_ = c.Hash.UnmarshalText([]byte(d.Hash)) // Load has checked it
	_ = c.Key.UnmarshalText([]byte(d.Key))
	return c
}

func (ch *checker) draws(d *DrandChain) {
	at := func(key string) string { return "draws.drand." + key }
	if len(d.Servers) == 0 || len(d.Servers) > maxServers {
		ch.bad(at("servers"), "%d servers; want 1 to %d", len(d.Servers), maxServers)
	}
	for i, server := range d.Servers {
		u, err := url.Parse(server)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			ch.bad(fmt.Sprintf("%s[%d]", at("servers"), i), "%q is not accepted; want for example https://api.drand.sh", server)
		}
	}
	if err := new(draw.Value).UnmarshalText([]byte(d.Hash)); err != nil {
		ch.bad(at("hash"), "%q is not accepted; want the chain's hash, 64 hexadecimal digits in lower case", d.Hash)
	}
	var key draw.Bytes
	err := key.UnmarshalText([]byte(d.Key))
	if err == nil {
		err = drand.CheckKey(key)
	}
	if err != nil || len(d.Key) != keyDigits {
		ch.bad(at("key"), "%q is not accepted; want the public key of a chain of the scheme bls-unchained-g1-rfc9380, %d hexadecimal digits in lower case",
			d.Key, keyDigits)
	}
	between(ch, at("genesis"), d.Genesis, 1, 1<<40, " (Unix seconds)")
	between(ch, at("period"), d.Period, time.Second, time.Minute, "")
	ch.whole(at("period"), d.Period, time.Second)
}

const (
	// maxServers bounds how many servers are asked at once.
	maxServers = 16
	// keyDigits are those of a point of G2.
	keyDigits = 192
)

func (ch *checker) beacon(path, beacon string) {
	var rules []string
	for _, r := range draw.Rules() {
		rules = append(rules, string(r))
	}
	ch.oneOf(path, beacon, rules...)
}
