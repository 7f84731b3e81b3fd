package config

import (
	"fmt"
	"slices"
	"strings"
)

// forwardingFields are the request fields by which proxies tell what they changed or hid: who asked, by which host, scheme,
// port and path. A visitor may send any of them, so only those that a trusted proxy sets itself are believed and passed on.
var forwardingFields = []string{
	"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded",
	"X-Forwarded-Prefix", "X-Forwarded-Uri", "X-Forwarded-Path", "X-Forwarded-Method", "X-Forwarded-Server", "X-Forwarded-Scheme",
	"X-Forwarded-Ssl", "X-Forwarded-By", "X-Forwarded-User", "X-Forwarded-Client-Cert",
	"X-Original-Url", "X-Original-Uri", "X-Original-Host", "X-Original-For", "X-Original-Proto", "X-Original-Method", "X-Original-Remote-Addr",
	"X-Rewrite-Url", "X-Scheme", "X-Url-Scheme", "X-Host", "Front-End-Https", "X-Arr-Ssl",
	"X-Envoy-Original-Path", "X-Envoy-External-Address",
	"True-Client-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "Client-Ip", "Cf-Connecting-Ip", "Fastly-Client-Ip",
	"Fly-Client-Ip", "X-Azure-Clientip", "X-Remote-Ip", "X-Remote-Addr", "X-Originating-Ip", "Forwarded-For",
	"X-Script-Name", "X-Http-Host-Override",
	"X-Accel-Mapping", "X-Sendfile-Type",
}

// trustedFields checks names and gives no meaning to their case. X-Real-IP is not among them: the gateway always says it itself.
func (ch *checker) trustedFields(names []string) {
	seen := map[string]bool{}
	for i, name := range names {
		at, lower := fmt.Sprintf("trusted_fields[%d]", i), strings.ToLower(name)
		if !slices.ContainsFunc(forwardingFields, func(known string) bool { return strings.EqualFold(known, name) }) {
			ch.bad(at, "%q is no forwarding field; accepted: %s", name, strings.Join(forwardingFields, ", "))
		} else if seen[lower] {
			ch.bad(at, "%s is named twice", name)
		}
		seen[lower] = true
	}
	if seen["forwarded"] && seen["x-forwarded-for"] {
		ch.bad("trusted_fields", "has Forwarded beside X-Forwarded-For: one of them may be the visitor's; name the one that your proxy sets")
	}
}
