package packages

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Purge takes all of the directories, leaves what another file system holds, and ends well: a package whose purge fails is stuck.
func TestAPurgeEndsWhereFileSystemsAreMounted(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only a superuser mounts")
	}
	text, err := os.ReadFile(top + "/packaging/scripts/deb-postrm.sh")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	script := filepath.Join(root, "postrm")
	for _, dir := range []string{"etc/einlass/tls", "var/lib/einlass", "run/einlass", "bin"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	moved := strings.NewReplacer(" /etc/", " "+root+"/etc/", " /var/", " "+root+"/var/", " /run/", " "+root+"/run/").Replace(string(text))
	for path, text := range map[string]string{
		script: moved, root + "/etc/einlass/tls/key.pem": "", root + "/run/einlass/socket": "",
		root + "/bin/getent": "#!/bin/sh\nexit 2\n", root + "/bin/deb-systemd-helper": "#!/bin/sh\n", // no user, and nothing enabled
	} {
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	out := run(t, []string{"R=" + root}, "unshare", "-m", "sh", "-ec", `
		mount -t tmpfs none "$R/var/lib/einlass"; mkdir "$R/var/lib/einlass/theirs"; touch "$R/var/lib/einlass/line"
		mount -t tmpfs none "$R/var/lib/einlass/theirs"; touch "$R/var/lib/einlass/theirs/backup"
		PATH="$R/bin:$PATH" sh "$R/postrm" purge 2>/dev/null
		cd "$R"; find etc var run -type f -o -name einlass | sort`)
	if want := "var/lib/einlass\nvar/lib/einlass/theirs/backup\n"; out != want {
		t.Errorf("left:\n%s\nwant:\n%s", out, want)
	}
}
