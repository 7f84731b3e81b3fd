package httpx

import "net"

// RedirectToHTTPS sends visitors that came without TLS to the same URL with it; others go on to next. port is the
// public HTTPS port; "443" is left out of URLs. The answer is 308, which keeps method and body (RFC 9110 §15.4.9).
func RedirectToHTTPS(port string, next Handler) Handler {
	return func(v *Visit) {
		switch {
		case v.Secure():
			next(v)
		case v.Host() == "" || v.Target()[0] != '/':
			v.Fault(FaultHost) // HTTP/1.0 without Host, or "*": there is no URL to send anybody to
		default:
			v.Answer(308, "", nil, "Location", "https://"+authority(v.Host(), port)+string(v.Target()))
		}
	}
}

// authority joins a host, IPv6 in its brackets already, and a port.
func authority(host, port string) string {
	switch {
	case port == "443":
		return host
	case host[0] == '[':
		return host + ":" + port
	}
	return net.JoinHostPort(host, port)
}
