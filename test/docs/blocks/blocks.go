// Package blocks reads the commands out of a document that tests run, so that document and test say the same. Tests import it, no program does.
//
// A block that is run begins with "```sh exercise=NAME" and ends with "```".
package blocks

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

var fence = regexp.MustCompile("(?ms)^```sh exercise=(\\S+)\n(.*?)^```$")

// Blocks are those of one document.
type Blocks struct {
	// Names are in the order of the document, each once.
	Names []string
	Text  map[string]string
}

// Read reads a document. A block that has no end, no name, or the name of another one, and a document without blocks, are errors.
func Read(document string) (*Blocks, error) {
	text, err := os.ReadFile(document)
	if err != nil {
		return nil, err
	}
	b := &Blocks{Text: map[string]string{}}
	for _, found := range fence.FindAllStringSubmatch(string(text), -1) {
		if b.Text[found[1]] != "" {
			return nil, fmt.Errorf("%s: there are two exercises %s", document, found[1])
		}
		b.Names = append(b.Names, found[1])
		b.Text[found[1]] = found[2]
	}
	if n := strings.Count(string(text), "```sh exercise"); n != len(b.Names) || n == 0 {
		return nil, fmt.Errorf("%s: %d blocks, %d of them can be read", document, n, len(b.Names))
	}
	return b, nil
}
