package backup

import (
	"os"
	"path/filepath"
	"testing"
)

// The owner of a directory can put a link in the place of what a superuser has just made there.
func TestOwnersOfWhatALinkLeadsToStay(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only a superuser gives files away")
	}
	const owner = 4711
	dir := t.TempDir()
	theirs, roots := filepath.Join(dir, "theirs"), filepath.Join(dir, "roots")
	if err := os.Mkdir(theirs, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(theirs, owner, owner); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(roots, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link, file := filepath.Join(theirs, "link"), filepath.Join(theirs, "file")
	if err := os.Symlink(roots, link); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{link: 0, file: owner} {
		if err := OwnAsParent(path); err != nil {
			t.Error(err)
		}
		uid, _, err := ownerOf(path) // of what the link leads to
		if err != nil || uid != want {
			t.Errorf("%s is of user %d, %v; want %d", path, uid, err, want)
		}
	}
}
