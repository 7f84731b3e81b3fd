package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/token"
)

func TestAnOperatorRotatesTheKeys(t *testing.T) {
	p := &draft{rooms: []planned{{"a", newSite(t).backend(), quick}}}
	r := run(t, p)
	file := filepath.Join(p.dir, "keys.json")
	before, err := r.operators.Keys(boss(t))
	if err != nil || len(before.Keys) != 2 || before.Keys[0].State != "signs" || before.Fixed != "" || before.Gateways != 1 || before.Told != "" {
		t.Fatalf("%+v, %v", before, err)
	}
	rotate := func(version string) (operator.KeysInfo, error) {
		return r.operators.RotateKeys(boss(t), operator.KeysRotation{Because: operator.Because{Reason: "yearly"}, IfVersion: version})
	}
	after, err := rotate(before.Version)
	if err != nil || len(after.Keys) != 4 || after.Version == before.Version {
		t.Fatalf("%+v, %v", after, err)
	}
	ring, err := token.Load(file)
	if err != nil || ring.Version() != after.Version || !ring.Equal(r.keys.source.Ring()) {
		t.Errorf("the file holds another ring than the gateway: %v", err)
	}
	for _, k := range after.Keys[2:] {
		if k.State != "signs" || k.Ends == nil || time.Until(*k.Ends) < 25*time.Hour {
			t.Errorf("the key before is %+v", k)
		}
	}
	if e := r.latest(); e.Act != operator.ActKeys || e.Reason != "yearly" || !strings.Contains(string(e.Before), before.Keys[0].ID) || !strings.Contains(string(e.After), after.Keys[0].ID+" (later)") {
		t.Errorf("the record says %+v", e)
	}
	if _, err := rotate(before.Version); !errors.Is(err, operator.ErrVersion) {
		t.Errorf("on a ring of before: %v", err)
	}
	soon := operator.KeysRotation{In: "1m", IfVersion: after.Version}
	if _, err := r.operators.RotateKeys(boss(t), soon); !errors.Is(err, operator.ErrPlaceNotNow) {
		t.Errorf("while a key has not begun to sign: %v", err)
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := rotate("*"); err == nil || strings.Contains(err.Error(), p.dir) {
		t.Errorf("a file that is broken: %v", err)
	}
}

func TestKeysOfTheEnvironmentAreShownAndNotRotated(t *testing.T) {
	t.Setenv("SOME_RING", "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	r := run(t, &draft{head: "keys: {env: SOME_RING}\n", rooms: []planned{{"a", newSite(t).backend(), quick}}})
	info, err := r.operators.Keys(boss(t))
	if err != nil || len(info.Keys) != 1 || info.Keys[0].ID != "k1" || info.Fixed == "" {
		t.Fatalf("%+v, %v", info, err)
	}
	if _, err := r.operators.RotateKeys(boss(t), operator.KeysRotation{IfVersion: info.Version}); !errors.Is(err, operator.ErrKeysElsewhere) {
		t.Error(err)
	}
}
