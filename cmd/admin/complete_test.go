package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/loadtest/launch/launchtest"
)

func TestRoomsAreCompleted(t *testing.T) {
	g := newGateway()
	g.rooms[0].Title = "Termine im\tBürgerbüro"
	env := environment(g.serve(t))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"rate", ""}, "termine\tTermine im Bürgerbüro\nkfz\n:4\n"},
		{[]string{"pause", "t"}, "termine\tTermine im Bürgerbüro\n:4\n"},
		{[]string{"message", "x"}, ":4\n"},
		{[]string{"strict", "termine", ""}, "on\noff\n:4\n"},
		{[]string{"rate", "termine", ""}, ":4\n"},
		{[]string{"rooms", ""}, ":4\n"},
		{[]string{"debug", "move", "kf"}, "kfz\n:4\n"},
		{[]string{"debug", "move", "kfz", ""}, "front\nremove\nend\nhand\n:4\n"},
	} {
		code, out, _ := command(t, env, append([]string{"__complete"}, c.args...)...)
		if code != 0 || out != c.want {
			t.Errorf("%q: exit code %d, %q, want %q", c.args, code, out, c.want)
		}
	}
}

// What answers no rooms completes none, and says nothing into the command line.
func TestAGatewayThatIsAwayCompletesNothingSilently(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	page := httptest.NewServer(http.NotFoundHandler())
	defer page.Close()
	for name, env := range map[string]map[string]string{
		"nobody there":   {"EINLASS_ADMIN_URL": "http://" + l.Addr().String(), "EINLASS_ADMIN_TOKEN": token},
		"something else": {"EINLASS_ADMIN_URL": page.URL, "EINLASS_ADMIN_TOKEN": token},
		"no token":       {"EINLASS_ADMIN_URL": page.URL},
		"no address":     {"EINLASS_ADMIN_URL": "x", "EINLASS_ADMIN_TOKEN": token},
		"a plain name":   {"EINLASS_ADMIN_URL": "http://gate.invalid", "EINLASS_ADMIN_TOKEN": token},
	} {
		code, out, stderr := command(t, env, "__complete", "pause", "")
		if code != 0 || out != ":4\n" || strings.Contains(stderr, "admin:") {
			t.Errorf("%s: exit code %d, %q %q", name, code, out, stderr)
		}
	}
	// A gateway that does not answer is waited for briefly: the time limit of the client is set.
	a := &app{getenv: func(string) string { return "" }}
	a.roomsThatBegin(t.Context(), "")
	if a.timeout != completeWithin {
		t.Errorf("a shell waits for %v", a.timeout)
	}
}

// The real bash completes a room of the real program.
func TestBashCompletesARoom(t *testing.T) {
	dir := launchtest.Programs()
	if dir == "" {
		dir = t.TempDir()
		if out, err := exec.Command("go", "build", "-o", dir, ".").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	g := newGateway()
	server := g.serve(t)
	// The function is the one that Debian's package bash-completion has, as far as the script asks for it.
	cmd := exec.Command("bash", "-c", `
		_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}; }
		compopt() { :; } # works only where a key was pressed
		source <(admin completion bash)
		COMP_WORDS=(admin pause te) COMP_CWORD=2 COMP_LINE="admin pause te" COMP_POINT=14 COMP_TYPE=9
		__start_admin
		printf '%s\n' "${COMPREPLY[@]}"`)
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "EINLASS_ADMIN_URL="+server.URL, "EINLASS_ADMIN_TOKEN="+token)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "termine" {
		t.Errorf("%v: %q", err, out)
	}
	for shell, has := range map[string]string{"zsh": "#compdef admin", "fish": "complete -c admin"} {
		out, err := exec.Command(filepath.Join(dir, "admin"), "completion", shell).Output()
		if err != nil || !strings.Contains(string(out), has) {
			t.Errorf("%s: %v, %.100s", shell, err, out)
		}
	}
	out, err = exec.Command(filepath.Join(dir, "admin"), "--version").Output()
	if text := string(out); err != nil || !strings.HasPrefix(text, "admin version ") || strings.Contains(text, "devel") || len(text) < len("admin version x") {
		t.Errorf("%v: %q", err, text)
	}
}
