package dashboard

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var assetFiles embed.FS

// asset is a file that pages load. packed is the same for browsers that take gzip; nil where that is not smaller.
type asset struct {
	body, packed    []byte
	mediaType, etag string
}

// mediaTypes of what is served, by the end of the name. The system's own table is not asked: it may be wrong, and nosniff takes it literally.
func mediaTypes() map[string]string {
	return map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".LICENSE": "text/plain; charset=utf-8"}
}

func loadAssets() (map[string]*asset, error) {
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	all := map[string]*asset{}
	for _, e := range entries {
		body, err := assetFiles.ReadFile(path.Join("assets", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("dashboard: %w", err)
		}
		packed, err := pack(body)
		if err != nil {
			return nil, fmt.Errorf("dashboard: %w", err)
		}
		sum := sha256.Sum256(body)
		all[e.Name()] = &asset{body: body, packed: packed, mediaType: mediaTypes()[path.Ext(e.Name())], etag: `W/"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	return all, nil
}

// pack makes a body as small as gzip can; nil: not smaller.
func pack(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil || b.Len() >= len(body) {
		return nil, err
	}
	return b.Bytes(), nil
}

// takesGzip reports whether a request takes gzip, as browsers say it; a list that names it with a weight of 0 is nobody's.
func takesGzip(r *http.Request) bool {
	for _, field := range r.Header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(field, ",") {
			if name, weight, _ := strings.Cut(strings.TrimSpace(part), ";"); strings.EqualFold(strings.TrimSpace(name), "gzip") {
				_, q, weighed := strings.Cut(weight, "q=")
				return !weighed || strings.Trim(strings.TrimSpace(q), "0.") != ""
			}
		}
	}
	return false
}

// serveAsset answers with a file. Browsers keep it and ask each time whether it is still the same, so that a page never runs with the
// script of another release.
func (d *Dashboard) serveAsset(w http.ResponseWriter, r *http.Request) {
	a := d.assets[r.PathValue("name")]
	if a == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", a.etag)
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.mediaType)
	body := a.body
	if a.packed != nil && takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	_, _ = w.Write(body) // a browser that has gone is nobody's concern
}
