package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
)

// Asset is a file that pages of the release before load, which may be open in browsers for hours. Those of this release bring
// everything along. It is the same for every site.
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

// addAssets adds what pages of the release before load. Their script has a name for each language, and is the same in all.
func (lib *Library) addAssets(catalogs []*catalog) error {
	icon, err := assetFiles.ReadFile("assets/icon.svg")
	if err != nil {
		return err
	}
	program, err := script("linked")
	if err != nil {
		return err
	}
	draw, err := script("draw")
	if err != nil {
		return err
	}
	files := map[string]struct {
		contentType string
		body        []byte
	}{
		"css":     {"text/css; charset=utf-8", []byte(lib.inline.style)},
		"svg":     {"image/svg+xml", icon},
		"draw.js": {scriptType, draw},
	}
	for kind, file := range files {
		if lib.assets[kind], err = newAsset(file.contentType, file.body); err != nil {
			return err
		}
	}
	linked, err := newAsset(scriptType, program)
	for _, c := range catalogs {
		lib.assets[c.tag.String()+".js"] = linked
	}
	return err
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

func (a Asset) hash() string { return a.ETag[1 : 1+hashLength] }
