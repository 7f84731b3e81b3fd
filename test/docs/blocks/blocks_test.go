package blocks

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestADocumentIsReadOrRefused(t *testing.T) {
	const one, two = "```sh exercise=one\nls\n```\n", "```sh exercise=two\ncat <<'END'\nx\nEND\n```\n"
	for _, doc := range []struct {
		name, text string
		names      []string
	}{
		{"two blocks", "# x\n" + two + "text\n\n```sh\nnot run\n```\n" + one, []string{"two", "one"}},
		{"no block", "```sh\nls\n```\n", nil},
		{"twice the same name", one + one, nil},
		{"no end", one + "```sh exercise=two\nls\n", nil},
		{"no name", one + "```sh exercise\nls\n```\n", nil},
	} {
		file := filepath.Join(t.TempDir(), "doc.md")
		if err := os.WriteFile(file, []byte(doc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := Read(file)
		if doc.names == nil {
			if err == nil {
				t.Errorf("%s: it is read as %v", doc.name, b.Names)
			}
			continue
		}
		if err != nil || !slices.Equal(b.Names, doc.names) || b.Text["one"] != "ls\n" {
			t.Errorf("%s: %v %v", doc.name, b, err)
		}
	}
}
