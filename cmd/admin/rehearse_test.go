package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A rehearsal is the program's; what it is asked and told is looked at here, and cmd/gateway plays one.
func TestARehearsalRunsTheProgramWithTheScheduleOfTheRoomAndNoToken(t *testing.T) {
	m := newMorning(t, "06:30:00")
	m.must("plan", "set", "termine", m.file(speyer), "--yes")
	before := m.room.View().Snapshot.Document
	m.must("rate", "termine", "30")
	m.pass()
	t.Setenv("EINLASS_ADMIN_TOKEN", token)
	program := filepath.Join(t.TempDir(), "gateway")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$@\"\ncat\necho\nenv | grep EINLASS_ || echo none of ours\nexit $CODE\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, _ := m.must("plan", "rehearse", "termine", "--gateway", program, "--within", "40s", "--opening", "2026-12-02 08:00")
	m.wants(out, "rehearse - --within 40s --rate 30 --now 2026-12-01T06:30:00+01:00 --opening 2026-12-02 08:00\n", `"quota":625`, "none of ours")
	t.Setenv("CODE", "3")
	code, _, text := m.run("", false, "plan", "rehearse", "termine", "--gateway", program)
	if code != exitRefused || !strings.Contains(text, "exit status 3") {
		t.Errorf("exit code %d: %s", code, text)
	}
	t.Setenv("PATH", t.TempDir())
	if code, _, text := m.run("", false, "plan", "rehearse", "termine"); code != exitRefused || !strings.Contains(text, "name it with --gateway") {
		t.Errorf("exit code %d: %s", code, text)
	}
	if after := m.room.View().Snapshot.Document; after.Schedule() != before.Schedule() || after.Version != before.Version+1 {
		t.Errorf("the room was changed: version %d, was %d", after.Version, before.Version)
	}
	m.must("plan", "clear", "termine", "--yes")
	m.pass()
	if code, _, text := m.run("", false, "plan", "rehearse", "termine", "--gateway", program); code != exitRefused || !strings.Contains(text, "no day to rehearse") {
		t.Errorf("without a schedule: exit code %d: %s", code, text)
	}
}
