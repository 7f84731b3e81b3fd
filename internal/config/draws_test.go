package config

import (
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue/draw/drand"
)

const drawsRoom = "rooms: [{id: termine, backend: {url: http://127.0.0.1:1}}]\n"

func TestDrawsAreDecidedByQuicknetUnlessTheFileSaysOtherwise(t *testing.T) {
	c, err := loadText(drawsRoom, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	chain, want := c.Draws.Drand.Chain(), drand.Quicknet()
	if chain.Hash != want.Hash || string(chain.Key) != string(want.Key) || chain.Genesis != want.Genesis || chain.Period != want.Period {
		t.Errorf("%+v", chain)
	}
	if c.Rooms[0].Draw.Beacon != "drand" || c.DrawsDir() != "state/draws" {
		t.Errorf("%q, %q", c.Rooms[0].Draw.Beacon, c.DrawsDir())
	}
	if c, err = loadText("draws: {dir: /srv/draws}\n"+drawsRoom, nil, nil); err != nil || c.DrawsDir() != "/srv/draws" {
		t.Errorf("%q, %v", c.DrawsDir(), err)
	}
}

func TestWhatIsWrongWithDrawsIsNamedByItsKey(t *testing.T) {
	for text, want := range map[string]string{
		"draws: {drand: {servers: []}}\n" + drawsRoom:                                        "draws.drand.servers: 0 servers; want 1 to 16",
		"draws: {drand: {servers: [ftp://x]}}\n" + drawsRoom:                                 `draws.drand.servers[0]: "ftp://x" is not accepted; want for example https://api.drand.sh`,
		"draws: {drand: {hash: 52DB}}\n" + drawsRoom:                                         `draws.drand.hash: "52DB" is not accepted; want the chain's hash, 64 hexadecimal digits in lower case`,
		"draws: {drand: {key: 00}}\n" + drawsRoom:                                            `draws.drand.key: "00" is not accepted; want the public key of a chain`,
		"draws: {drand: {period: 1500ms}}\n" + drawsRoom:                                     "draws.drand.period: ",
		"draws: {drand: {genesis: 0}}\n" + drawsRoom:                                         "draws.drand.genesis: ",
		"rooms: [{id: termine, backend: {url: http://127.0.0.1:1}, draw: {beacon: dice}}]\n": `rooms[0].draw.beacon: "dice" is not accepted; want drand, typed, none`,
		"rooms: [{id: termine, backend: {url: http://127.0.0.1:1}, draw: {beacn: none}}]\n":  "beacn: unknown key",
	} {
		if _, err := loadText(text, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
}
