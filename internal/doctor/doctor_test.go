package doctor

import (
	"path/filepath"
	"testing"
	"time"
)

func TestEachFindingSaysWhatToDoUnlessAllIsWell(t *testing.T) {
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		got  Finding
		want State
	}{
		"much space":          {diskOf("/var", 2<<30), OK},
		"little space":        {diskOf("/var", scarceDisk-1), Warning},
		"no space":            {diskOf("/var", lowDisk-1), Wrong},
		"no directory":        {disk(filepath.Join(t.TempDir(), "gone")), Wrong},
		"many files":          {filesOf(scarceFiles), OK},
		"fewer files":         {filesOf(scarceFiles - 1), Warning},
		"few files":           {filesOf(lowFiles - 1), Wrong},
		"a long life":         {Certificate("it", now.Add(shortLife), now), OK},
		"a short life":        {Certificate("it", now.Add(shortLife-1), now), Warning},
		"a life that is over": {Certificate("it", now, now), Wrong},
	} {
		if c.got.State != c.want || c.got.What == "" || c.got.Check == "" || (c.got.Do == "") != (c.want == OK) {
			t.Errorf("%s: %+v, want %s", name, c.got, c.want)
		}
	}
}

func TestTheMachineIsLookedAt(t *testing.T) {
	got := Machine(t.TempDir())
	if len(got) != 2 || got[0].Check != "limits" || got[1].Check != "disk" {
		t.Errorf("the findings are %+v", got)
	}
	if got := Machine(""); len(got) != 1 {
		t.Errorf("a gateway that keeps nothing has %+v", got)
	}
}
