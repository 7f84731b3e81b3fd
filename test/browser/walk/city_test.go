package walk

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"testing"
)

// serveFront serves the gate by TLS, as a proxy that it trusts. It returns its address.
func serveFront(t *testing.T, gate string) (addr string) {
	t.Helper()
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", gate, r.In.Host
		r.SetXForwarded()
	}}
	return serveTLS(t, proxy)
}

// serveCity serves a page that shows the site in a frame: of the city, whom the room lets do so, and of others.
func serveCity(t *testing.T, front string) (addr string) {
	t.Helper()
	return serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		html(w, page("City", fmt.Sprintf(`<iframe id="site" src="https://framed.localhost:%s/" width="300" height="500"></iframe>`, port(front))))
	}))
}

func serveTLS(t *testing.T, h http.Handler) (addr string) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // browsers try without the exception for this certificate first
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func port(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
