package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"strings"
)

//go:embed assets/style.css assets/icon.svg assets/client.js assets/script/*.js assets/draw/*.js
var assetFiles embed.FS

// A script is one function, into which its parts are put in this order.
var (
	scriptParts = [...]string{
		"script/page.js", "script/clock.js", "script/wait.js", "script/figures.js", "script/say.js", "script/poll.js",
		"script/presence.js", "script/turn.js", "script/alarm.js",
		"script/bell.js", "script/awake.js", "script/copy.js", "script/notices.js", "script/start.js",
	}
	// drawParts are of the page of a draw.
	drawParts = [...]string{"script/page.js", "draw/sha256.js", "draw/permutation.js", "draw/check.js", "draw/page.js"}
)

const scriptType = "text/javascript; charset=utf-8"

// Asset is a file that pages load. It is the same for every site.
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
func (lib *Library) Asset(name []byte) (Asset, bool) {
	hash, kind, found := bytes.Cut(name, []byte{'.'})
	if !found || len(hash) != hashLength {
		return Asset{}, false
	}
	a, ok := lib.assets[string(kind)]
	a.Exact = ok && a.hash() == string(hash)
	return a, ok
}

// hashLength is how many hexadecimal digits of a hash a name carries.
const hashLength = 16

// assetURLs are what a page links to.
type assetURLs struct{ style, icon, script, draw string }

// addAssets answers what the pages of each language link to.
func (lib *Library) addAssets(catalogs []*catalog) ([]assetURLs, error) {
	style, err := assetFiles.ReadFile("assets/style.css")
	if err != nil {
		return nil, err
	}
	icon, err := assetFiles.ReadFile("assets/icon.svg")
	if err != nil {
		return nil, err
	}
	program, err := newScript(scriptParts[:])
	if err != nil {
		return nil, err
	}
	draw, err := newScript(drawParts[:])
	if err != nil {
		return nil, err
	}
	sheet, err := newAsset("text/css; charset=utf-8", withoutComments(style))
	if err != nil {
		return nil, err
	}
	image, err := newAsset("image/svg+xml", icon)
	if err != nil {
		return nil, err
	}
	shared := assetURLs{style: lib.addAsset("css", sheet), icon: lib.addAsset("svg", image), draw: lib.addAsset("draw.js", draw)}
	var all []assetURLs
	for _, c := range catalogs {
		// The script is the same in all languages. Its name has one because a gateway of the release before, which may be
		// asked for it while both run, has a script for each language and finds it by that part of the name.
		urls := shared
		urls.script = lib.addAsset(c.tag.String()+".js", program)
		all = append(all, urls)
	}
	return all, nil
}

func newScript(parts []string) (Asset, error) {
	script, err := scriptBody(parts)
	if err != nil {
		return Asset{}, err
	}
	return newAsset(scriptType, script)
}

// scriptBody puts the parts of a script into one function.
func scriptBody(parts []string) ([]byte, error) {
	var script bytes.Buffer
	script.WriteString("(function(){'use strict';\n")
	for _, name := range parts {
		part, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			return nil, err
		}
		script.Write(withoutComments(part))
	}
	script.WriteString("})();\n")
	return script.Bytes(), nil
}

func newAsset(contentType string, body []byte) (Asset, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return Asset{}, err
	}
	if _, err := w.Write(body); err != nil {
		return Asset{}, err
	}
	if err := w.Close(); err != nil {
		return Asset{}, err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])[:hashLength]
	return Asset{
		ContentType: contentType, Body: body, Gzip: packed.Bytes(),
		ETag: `"` + hash + `"`, GzipETag: `"` + hash + `-gz"`,
	}, nil
}

// addAsset adds an asset under a kind and answers its path.
func (lib *Library) addAsset(kind string, a Asset) string {
	lib.assets[kind] = a
	return lib.prefix + "/assets/" + a.hash() + "." + kind
}

func (a Asset) hash() string { return a.ETag[1 : 1+hashLength] }

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
