package docs

import (
	"os"
	"strings"
	"testing"
)

// Each exercise that the documentation has is followed by one of these tests.
func TestEveryExerciseIsFollowed(t *testing.T) {
	followed := map[string]bool{
		"embedded-backup": true, "embedded-restore": true, "keys-backup": true, "keys-restore": true,
		"gateway-backup": true, "gateway-restore": true,
		"redis-backup": true, "redis-restore": true, "rollback-backup": true, "rollback": true,
	}
	for name := range exercises(t, operations) {
		if !followed[name] {
			t.Errorf("nobody follows %s", name)
		}
	}
}

const message = "Bitte Ausweis bereithalten."

// A line is backed up, goes on, is lost, and comes back from the copy with everybody in it.
func TestTheEmbeddedLineIsBackedUpAndRestored(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.configure("")
	m.sh("systemctl start einlass")
	m.sh(`admin message termine "` + message + `"`)
	people, numbers := m.line(3)
	if out := m.follow("embedded-backup"); !strings.Contains(out, message) {
		t.Errorf("after the backup the room shows %s", out)
	}
	m.keeps("backup", people, numbers)
	later, more := m.line(2)
	people, numbers = append(people, later...), append(numbers, more...)
	m.sh("systemctl stop einlass")
	if _, _, err := people[0].load(); err == nil {
		t.Error("a gateway that is stopped answers")
	}
	m.sh(`find "$STATE" -type f | while read -r f; do head -c 20 /dev/urandom >"$f"; done`)
	if out := m.follow("embedded-restore"); !strings.Contains(out, message) {
		t.Errorf("after the restore the room shows %s", out)
	}
	m.keeps("restore", people, numbers)
	m.freshAbove("restore", people, numbers)
}

// A line is backed up while it runs, goes on, is lost with its keys, and comes back with everybody in it; once.
func TestTheLineIsBackedUpWhileItRunsAndRestored(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.configure("")
	m.sh("systemctl start einlass")
	m.sh(`admin message termine "` + message + `"`)
	people, numbers := m.line(3)
	m.follow("gateway-backup")
	if out := m.sh(`stat -c %a "$BACKUP/line.backup"; tar -tzf "$BACKUP/line.backup"`); !strings.HasPrefix(out, "600\n") ||
		!strings.Contains(out, "line/termine.marks") || !strings.Contains(out, "keys.json") || !strings.Contains(out, "audit/") {
		t.Errorf("the backup: %s", out)
	}
	again := `gateway restore "$BACKUP/line.backup" -c "$ETC/einlass.yaml" --replace 2>&1 && exit 9; true`
	if out := m.sh(again); !strings.Contains(out, "stop the gateway first") {
		t.Errorf("while it runs: %s", out)
	}
	later, more := m.line(2)
	people, numbers = append(people, later...), append(numbers, more...)
	m.sh(`systemctl stop einlass; find "$STATE" -type f | while read -r f; do head -c 20 /dev/urandom >"$f"; done`)
	if out := m.follow("gateway-restore"); !strings.Contains(out, message) || !strings.Contains(out, "Put aside: ") || !strings.Contains(out, "the line is as of") {
		t.Errorf("after the restore: %s", out)
	}
	m.keeps("restore", people, numbers)
	m.freshAbove("restore", people, numbers)
	if out := m.sh("systemctl stop einlass; " + again + "; systemctl start einlass"); !strings.Contains(out, "room termine: the line that is there was saved at") {
		t.Errorf("the same backup once more: %s", out)
	}
	m.keeps("refusal", people, numbers)
	// A machine that has nothing gets it all.
	m.sh(`systemctl stop einlass; mv "$STATE" "$STATE.gone"; gateway restore "$BACKUP/line.backup" -c "$ETC/einlass.yaml"; systemctl start einlass`)
	m.keeps("restore elsewhere", people, numbers)
}

// Configuration and keyring are lost, and come back: every ticket is good.
func TestConfigurationAndKeysAreRestored(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.configure("keys: {file: " + m.path("etc/keys.json") + "}")
	m.sh(`gateway keys new "$ETC/keys.json" && systemctl start einlass`)
	people, numbers := m.line(2)
	m.follow("keys-backup")
	m.sh(`rm "$ETC"/*`)
	m.follow("keys-restore")
	m.keeps("restore", people, numbers)
	m.freshAbove("restore", people, numbers)
}

// Redis goes back to an older copy while the gateway runs.
func TestRedisIsBackedUpAndRestored(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.configure("store: {url: \"redis://" + m.redis + "\"}\nkeys: {file: " + m.path("etc/keys.json") + "}")
	m.sh(`gateway keys new "$ETC/keys.json" && systemctl start redis-server && systemctl start einlass`)
	m.sh(`admin message termine "` + message + `"`)
	people, numbers := m.line(3)
	m.follow("redis-backup")
	later, more := m.line(2)
	people, numbers = append(people, later...), append(numbers, more...)
	m.follow("redis-restore")
	m.keeps("restore", people, numbers)
	m.freshAbove("restore", people, numbers)
	if out := m.sh("admin rooms"); !strings.Contains(out, message) {
		t.Errorf("after the restore the room shows %s", out)
	}
}

// The earlier program is put back in place of today's. It is today's behind a script that says so; how an earlier release reads what
// today's has written is test/upgrade's.
func TestTheEarlierVersionIsPutBack(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.configure("")
	m.sh(`mv "$BIN/gateway" "$BIN/gateway-program"`)
	m.write("bin/gateway", "#!/bin/sh\necho earlier >>\"$RUN/ran\"\nexec gateway-program \"$@\"\n", 0o700)
	m.sh("systemctl start einlass")
	people, numbers := m.line(2)
	m.follow("rollback-backup")
	m.sh(`systemctl stop einlass && rm "$BIN/gateway" "$RUN/ran" && ln "$BIN/gateway-program" "$BIN/gateway" && systemctl start einlass`)
	later, more := m.line(1)
	people, numbers = append(people, later...), append(numbers, more...)
	if _, err := os.Stat(m.path("run/ran")); err == nil {
		t.Fatal("the upgrade did not take place")
	}
	m.follow("rollback")
	if _, err := os.Stat(m.path("run/ran")); err != nil {
		t.Errorf("the earlier program does not run: %v", err)
	}
	m.keeps("rollback", people, numbers)
	m.freshAbove("rollback", people, numbers)
}
