package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed assets/style.css assets/app.js assets/icon.svg
var assetFiles embed.FS

// Asset is a file that pages load. Its name carries a hash of its content, so it may be cached for ever.
type Asset struct {
	ContentType string
	// Body is the content, Gzip the same compressed. Neither may be changed.
	Body, Gzip []byte
	// ETag is a strong validator with its quotes (RFC 9110 section 8.8.3) for Body; Gzip has GzipETag.
	ETag, GzipETag string
}

// Asset finds an asset by its name, the part of its path after "assets/". Safe for concurrent use; it does not
// allocate.
func (p *Pages) Asset(name []byte) (Asset, bool) {
	a, ok := p.assets[string(name)]
	return a, ok
}

// assetURLs are what a page links to.
type assetURLs struct{ style, icon, script string }

func (p *Pages) addSharedAssets() (assetURLs, error) {
	var urls assetURLs
	style, err := assetFiles.ReadFile("assets/style.css")
	if err != nil {
		return urls, err
	}
	icon, err := assetFiles.ReadFile("assets/icon.svg")
	if err != nil {
		return urls, err
	}
	if urls.style, err = p.addAsset(".css", "text/css; charset=utf-8", withoutComments(style)); err != nil {
		return urls, err
	}
	urls.icon, err = p.addAsset(".svg", "image/svg+xml", icon)
	return urls, err
}

// textsMark is where the script takes its texts.
const textsMark = "/* texts */ {}"

// addScript makes the script of one language: the program with that language's texts in it. One request
// fetches both, and the page stays small.
func (p *Pages) addScript(texts map[string]any) (string, error) {
	program, err := assetFiles.ReadFile("assets/app.js")
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(texts)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(program, []byte(textsMark)); n != 1 {
		return "", fmt.Errorf("app.js: %q occurs %d times, must occur once", textsMark, n)
	}
	body := bytes.Replace(withoutComments(program), []byte(textsMark), data, 1)
	return p.addAsset(".js", "text/javascript; charset=utf-8", body)
}

func (p *Pages) addAsset(extension, contentType string, body []byte) (string, error) {
	sum := sha256.Sum256(body)
	name := hex.EncodeToString(sum[:8]) + extension
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(body); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	tag := hex.EncodeToString(sum[:8])
	p.assets[name] = Asset{
		ContentType: contentType, Body: body, Gzip: packed.Bytes(),
		ETag: `"` + tag + `"`, GzipETag: `"` + tag + `-gz"`,
	}
	return p.site.Prefix + "/assets/" + name, nil
}

// withoutComments drops indentation, empty lines and lines that are a comment: what the sources say to their
// reader, a visitor need not load. Comments stand on lines of their own, as // … or as /* … */ on one line.
func withoutComments(source []byte) []byte {
	var out bytes.Buffer
	for line := range strings.Lines(string(source)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") ||
			strings.HasPrefix(line, "/*") && strings.HasSuffix(line, "*/") {
			continue
		}
		out.WriteString(line)
		out.WriteByte('\n')
	}
	return out.Bytes()
}
