package proxy

import "testing"

func TestSpecialNamesAreKnownInEverySpelling(t *testing.T) {
	for _, c := range []struct {
		name string
		kind nameKind
	}{
		{"Accept", kindPlain},
		{"X-Requested-With", kindPlain},
		{"X-Forwardedness", kindPlain},
		{"Xeinlass-Visitor", kindPlain},
		{"Einlassung", kindPlain},
		{"Cookie", kindCookie},
		{"COOKIE", kindCookie},
		{"connection", kindConnection},
		{"Content-Length", kindContentLength},
		{"Content_Length", kindDeceptive},
		{"Content.Length", kindDeceptive},
		{"Transfer-Encoding", kindTransferEncoding},
		{"Transfer_Encoding", kindDeceptive},
		{"tRAILER", kindTrailer},
		{"TE", kindTE},
		{"Te", kindTE},
		{"Upgrade", kindUpgrade},
		{"Host", kindHost},
		{"HTTP2-Settings", kindHop},
		{"Keep-Alive", kindHop},
		{"Proxy-Connection", kindHop},
		{"Proxy-Authorization", kindHop},
		{"Proxy-Authenticate", kindHop},
		{"Proxy", kindHop},
		{"Expect", kindExpect},
		{"Via", kindVia},
		{"Forwarded", kindForwarded},
		{"X-Forwarded-For", kindForwardedFor},
		{"x-forwarded-for", kindForwardedFor},
		{"X_Forwarded_For", kindDeceptive},
		{"X-Forwarded_For", kindDeceptive},
		{"X.Forwarded.Proto", kindDeceptive},
		{"X_Forwarded_Server", kindDeceptive},
		{"X-Forwarded-Host", kindForwardedHost},
		{"X-Forwarded-Port", kindForwardedPort},
		{"X-Forwarded-Proto", kindForwardedSet},
		{"X-Forwarded-Prefix", kindForwardedOther},
		{"X-Forwarded", kindForwardedOther},
		{"X-Real-IP", kindForwardedSet},
		{"X_Real_IP", kindDeceptive},
		{"X-Original-URL", kindForwardedOther},
		{"Client-IP", kindForwardedOther},
		{"Client_IP", kindDeceptive},
		{"CF-Connecting-IP", kindForwardedOther},
		{"True-Client-Ip", kindForwardedOther},
		{"Fastly-Client-IP", kindForwardedOther},
		{"X-Client-IP", kindForwardedOther},
		{"X-Cluster-Client-Ip", kindForwardedOther},
		{"X-Host", kindForwardedOther},
		{"X-Scheme", kindForwardedOther},
		{"X-Schema", kindPlain},
		{"X-Hosts", kindPlain},
		{"X-Rewrite-Url", kindForwardedOther},
		{"Einlass", kindOwn},
		{"Einlass-Visitor", kindOwn},
		{"EINLASS_VISITOR", kindOwn},
		{"einlass.visitor", kindOwn},
		{"Einlass~Visitor", kindOwn},
		{"X-Einlass-Visitor", kindOwn},
		{"x_einlass_visitor", kindOwn},
		{"X.Einlass", kindOwn},
		{"X", kindPlain},
		{"", kindPlain},
	} {
		if got := classify([]byte(c.name)); got != c.kind {
			t.Errorf("%q is of kind %d, want %d", c.name, got, c.kind)
		}
	}
}
