package walk

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strconv"
	"strings"
	"testing"
)

// serveSpoiled serves the gate, and takes the scripts of its pages from them: at blocked.localhost as a browser does that allows
// none, at fails.localhost by an error at the beginning of the page's own script, which is its last.
func serveSpoiled(t *testing.T, gate string) (addr string) {
	t.Helper()
	s := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", gate, r.In.Host
			r.Out.Header.Del("Accept-Encoding")
		},
		Transport:      &http.Transport{DisableCompression: true},
		ModifyResponse: spoil,
	})
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func spoil(a *http.Response) error {
	body, err := io.ReadAll(a.Body)
	if err != nil {
		return err
	}
	if bytes.Contains(body, []byte(`data-page="wait"`)) {
		if strings.HasPrefix(a.Request.Host, "blocked.") {
			a.Header.Set("Content-Security-Policy", "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'")
		} else {
			a.Header.Del("Content-Security-Policy") // it allows no script but ours
			at := bytes.LastIndex(body, []byte("<script>")) + len("<script>")
			body = append(append(bytes.Clone(body[:at]), "throw new Error('spoiled');"...), body[at:]...)
		}
	}
	a.Body, a.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	a.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}
