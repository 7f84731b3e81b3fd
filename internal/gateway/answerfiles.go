package gateway

import (
	"bytes"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/web"
)

// Files that are the same for everybody, and entries for calendars.

// answerAsset sends a file of our pages.
func (g *Gateway) answerAsset(v *httpx.Visit, asset *web.Asset) { sendAsset(v, asset, asset.Headers()) }

// answerClient sends the script that pages of the site may include.
func (g *Gateway) answerClient(v *httpx.Visit) {
	asset, headers := g.Library.Client(), web.ClientHeaders()
	// RFC 9110 §13.1.2: either form of the content is the one that the browser has.
	if had := v.Header("If-None-Match"); bytes.Contains(had, []byte(asset.ETag)) || bytes.Contains(had, []byte(asset.GzipETag)) {
		_, etag, _ := assetForm(v, asset)
		v.Answer(304, "", nil, "Cache-Control", headers[1], "Vary", "Accept-Encoding", "ETag", etag)
		return
	}
	sendAsset(v, asset, headers)
}

// sendAsset sends the form of a file that the browser takes.
func sendAsset(v *httpx.Visit, asset *web.Asset, headers []string) {
	body, etag, zipped := assetForm(v, asset)
	if zipped {
		headers = append(headers, "Content-Encoding", "gzip")
	}
	v.Answer(200, asset.ContentType, body, append(headers, "ETag", etag)...)
}

// assetForm is the form of a file that the browser takes: compressed, or as it is.
func assetForm(v *httpx.Visit, asset *web.Asset) (body []byte, etag string, zipped bool) {
	if asset.Gzip != nil && acceptsGzip(v.Header("Accept-Encoding")) {
		return asset.Gzip, asset.GzipETag, true
	}
	return asset.Body, asset.ETag, false
}

// answerEvent sends an entry for a calendar.
func (e *exchange) answerEvent(event *web.Event) {
	headers := []string{"Content-Disposition", `inline; filename="next.ics"`, "X-Content-Type-Options", "nosniff"}
	e.v.Answer(200, web.CalendarType, e.r.Pages.AppendEvent(nil, e.langOf(), event), headers...)
}
