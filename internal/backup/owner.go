package backup

import (
	"archive/tar"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// A superuser who puts files back does it for the gateway, which runs as somebody else: they get the owner and group that they had, by name, or
// those of their directory.

// own gives a file that was staged its owner.
func own(f *os.File, h *tar.Header) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := ownerOf(filepath.Dir(f.Name()))
	if err != nil {
		return err
	}
	if u, err := user.Lookup(h.Uname); h.Uname != "" && err == nil {
		uid = number(u.Uid, uid)
	}
	if g, err := user.LookupGroup(h.Gname); h.Gname != "" && err == nil {
		gid = number(g.Gid, gid)
	}
	return f.Chown(uid, gid)
}

// OwnAsParent gives what a superuser has made the owner of the directory that it is in. Anybody else keeps it. A symbolic link that somebody
// has put there is not followed: the directory is the gateway's, and what the link leads to may be root's.
func OwnAsParent(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := ownerOf(filepath.Dir(dir))
	if err != nil {
		return err
	}
	return os.Lchown(dir, uid, gid)
}

func ownerOf(path string) (uid, gid int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return os.Geteuid(), os.Getegid(), nil
	}
	return int(stat.Uid), int(stat.Gid), nil
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}
