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

//go:embed assets/style.css assets/icon.svg assets/script/*.js
var assetFiles embed.FS

// scriptParts are put into one function in this order.
var scriptParts = [...]string{"page.js", "words.js", "wait.js", "bell.js", "notices.js", "start.js"}

// Asset is a file that pages load. It is the same for every site with the same prefix.
type Asset struct {
	ContentType string
	// Body is the content, Gzip the same compressed. Neither may be changed.
	Body, Gzip []byte
	// ETag is a strong validator with its quotes (RFC 9110 section 8.8.3) for Body; Gzip has GzipETag.
	ETag, GzipETag string
	// Exact says that this is the content that the name stands for. If not, the page that asks came from another
	// release: this one's script serves it better than none.
	Exact bool
}

// Headers are the header fields that the asset must be sent with, name and value in turn. What a name stands for
// may be cached for ever, as the name carries a hash of it.
func (a Asset) Headers() []string {
	cache := "public, max-age=31536000, immutable"
	if !a.Exact {
		cache = "no-store"
	}
	return []string{"Cache-Control", cache, "X-Content-Type-Options", "nosniff", "Vary", "Accept-Encoding"}
}

// Asset finds an asset by its name, the part of its path after "assets/": a hash, a point and what it is, such
// as "de.js". While gateways of two releases run side by side, one may be asked for an asset of the other: it
// gives its own. Safe for concurrent use.
func (p *Pages) Asset(name []byte) (Asset, bool) {
	hash, kind, found := bytes.Cut(name, []byte{'.'})
	if !found || len(hash) != hashLength {
		return Asset{}, false
	}
	a, ok := p.assets[string(kind)]
	a.Exact = ok && a.ETag[1:1+hashLength] == string(hash)
	return a, ok
}

// hashLength is how many hexadecimal digits of a hash a name carries.
const hashLength = 16

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
	if urls.style, err = p.addAsset("css", "text/css; charset=utf-8", withoutComments(style)); err != nil {
		return urls, err
	}
	urls.icon, err = p.addAsset("svg", "image/svg+xml", icon)
	return urls, err
}

// addScript makes the script of one language: the program with that language's texts in it. One request
// fetches both, and the page stays small.
func (p *Pages) addScript(lang string, texts map[string]any) (string, error) {
	data, err := json.Marshal(texts)
	if err != nil {
		return "", err
	}
	var script bytes.Buffer
	script.WriteString("(function(T){'use strict';\n")
	for _, name := range scriptParts {
		part, err := assetFiles.ReadFile("assets/script/" + name)
		if err != nil {
			return "", err
		}
		script.Write(withoutComments(part))
	}
	fmt.Fprintf(&script, "})(%s);\n", data)
	return p.addAsset(lang+".js", "text/javascript; charset=utf-8", script.Bytes())
}

func (p *Pages) addAsset(kind, contentType string, body []byte) (string, error) {
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
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])[:hashLength]
	p.assets[kind] = Asset{
		ContentType: contentType, Body: body, Gzip: packed.Bytes(),
		ETag: `"` + hash + `"`, GzipETag: `"` + hash + `-gz"`,
	}
	return p.site.Prefix + "/assets/" + hash + "." + kind, nil
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
