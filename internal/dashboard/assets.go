package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
)

//go:embed assets
var assetFiles embed.FS

// asset is a file that pages load.
type asset struct {
	body            []byte
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
		sum := sha256.Sum256(body)
		all[e.Name()] = &asset{body: body, mediaType: mediaTypes()[path.Ext(e.Name())], etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	return all, nil
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
	h.Set("ETag", a.etag)
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.mediaType)
	_, _ = w.Write(a.body) // a browser that has gone is nobody's concern
}
