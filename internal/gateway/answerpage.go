package gateway

import (
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/web"
)

// Pages are sent as gzip to browsers that take it.

// pagesFor are the room's pages in the form that this visitor's browser takes.
func (r *Room) pagesFor(v *httpx.Visit) *web.Site {
	return pagesAs(r.Pages, v.Header("Accept-Encoding"))
}

func pagesAs(pages *web.Site, acceptEncoding []byte) *web.Site {
	if acceptsGzip(acceptEncoding) {
		return pages.Zipped()
	}
	return pages
}

// answerPage sends a page. The caller keeps headers.
func answerPage(v *httpx.Visit, status int, body []byte, headers ...string) {
	v.Answer(status, web.HTMLType, body, withEncoding(slices.Clip(headers), body)...)
}

// answerSheet is answerPage for a page that was appended to a sheet.
func answerSheet(v *httpx.Visit, status int, sheet *httpx.Sheet, body []byte, headers ...string) {
	v.AnswerSheet(status, web.HTMLType, sheet, body, withEncoding(slices.Clip(headers), body)...)
}

// withEncoding adds how a page is encoded to its header fields. That it may be another one for another browser is in those of every page.
func withEncoding(headers []string, body []byte) []string {
	if web.IsZipped(body) {
		return append(headers, "Content-Encoding", "gzip")
	}
	return headers
}

// acceptsGzip reads Accept-Encoding as far as it matters: gzip is named and not refused by q=0.
func acceptsGzip(acceptEncoding []byte) bool {
	for coding := range strings.SplitSeq(strings.ToLower(string(acceptEncoding)), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.TrimSpace(name) != "gzip" {
			continue
		}
		weight = strings.ReplaceAll(strings.ReplaceAll(weight, " ", ""), "\t", "")
		return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
	}
	return false
}
