package web

import (
	"bytes"
	"embed"
	"fmt"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
)

//go:embed assets/style.css assets/others.css assets/icon.svg assets/sent/*.js
var assetFiles embed.FS

const scriptType = "text/javascript; charset=utf-8"

// script is a script as it is sent: one line, with short names. Those in assets/sent are made from their parts by `make scripts`.
func script(name string) ([]byte, error) { return assetFiles.ReadFile("assets/sent/" + name + ".js") }

// newStyle is a stylesheet as it is sent: those with these names, one behind the other.
func newStyle(names ...string) (string, error) {
	var source, style bytes.Buffer
	for _, name := range names {
		part, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			return "", err
		}
		source.Write(part)
	}
	if err := (&css.Minifier{}).Minify(minify.New(), &style, &source, nil); err != nil {
		return "", fmt.Errorf("stylesheet %s: %w", names[len(names)-1], err)
	}
	if endsElement.Match(style.Bytes()) {
		return "", fmt.Errorf("the stylesheet %s would end its element", names[len(names)-1])
	}
	return style.String(), nil
}
