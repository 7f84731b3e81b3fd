package adminapi

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestWithoutTheTokenNothingIsShown(t *testing.T) {
	url := serve(t, &town{}, Config{})
	for _, path := range []string{"/v1/rooms", "/v1/rooms/termine", "/v1/nothing", "/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/heap"} {
		for _, header := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Bearer " + token + "x", "Bearer " + token[1:], "Basic " + token, token} {
			resp, body := ask(t, "GET", url+path, "", "Authorization", header)
			wantProblem(t, resp, body, 401, CodeUnauthorized)
			if resp.Header.Get("WWW-Authenticate") != `Bearer realm="einlass"` {
				t.Errorf("headers are %v", resp.Header)
			}
		}
	}
	if resp, _ := ask(t, "GET", url+"/v1/rooms", "", "Authorization", "bearer "+token); resp.StatusCode != 200 {
		t.Errorf("the scheme's case matters: %d", resp.StatusCode)
	}
}

func TestPagesOfOtherOriginsAreRefused(t *testing.T) {
	url := serve(t, &town{}, Config{Hosts: []string{"gate.example.org"}})
	host := strings.TrimPrefix(url, "http://")
	tests := []struct {
		name    string
		headers []string
		status  int
		code    string
	}{
		{"a rebound name", []string{"Host", "evil.example"}, 421, CodeMisdirected},
		{"a rebound name with our port", []string{"Host", "evil.example:8081"}, 421, CodeMisdirected},
		{"a name that ends like ours", []string{"Host", "xlocalhost"}, 421, CodeMisdirected},
		{"a foreign origin", []string{"Origin", "https://evil.example"}, 403, CodeForbidden},
		{"an opaque origin", []string{"Origin", "null"}, 403, CodeForbidden},
		{"another port of this machine", []string{"Origin", "http://127.0.0.1:3000"}, 403, CodeForbidden},
		{"a cross-site fetch", []string{"Sec-Fetch-Site", "cross-site"}, 403, CodeForbidden},
		{"a fetch from another port", []string{"Sec-Fetch-Site", "same-site"}, 403, CodeForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused everywhere", func(t *testing.T) {
			for _, path := range []string{"/v1/rooms", "/metrics", "/healthz/x", "/nothing"} {
				resp, body := ask(t, "GET", url+path, "", tt.headers...)
				wantProblem(t, resp, body, tt.status, tt.code)
			}
		})
	}
	for _, headers := range [][]string{
		{"Host", "localhost"},
		{"Host", "LOCALHOST:1"},
		{"Host", "[::1]:8081"},
		{"Host", "10.1.2.3"},
		{"Host", "gate.example.org:443"},
		{"Origin", "http://" + host, "Sec-Fetch-Site", "same-origin"},
		{"Sec-Fetch-Site", "none"},
	} {
		if resp, body := ask(t, "GET", url+"/v1/rooms", "", headers...); resp.StatusCode != 200 {
			t.Errorf("%v: %d %s", headers, resp.StatusCode, body)
		}
	}
}

func TestAPanicIsAnAnswerAndALogLine(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	url := serve(t, &town{panics: true}, Config{Log: zap.New(core)})
	resp, body := ask(t, "GET", url+"/v1/rooms/termine", "")
	wantProblem(t, resp, body, 500, CodeInternal)
	if strings.Contains(body, "a bug") {
		t.Errorf("body is %s", body)
	}
	if all := logs.All(); len(all) != 1 || all[0].Message != "admin request failed" || !strings.Contains(all[0].ContextMap()["error"].(string), "a bug") {
		t.Errorf("log is %+v", all)
	}
}

// An operator's page that is closed, or asks anew, breaks off what it has asked: nothing of the gateway has failed.
func TestARequestThatIsBrokenOffIsNoErrorOfTheGateway(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	s := &Server{cfg: Config{Log: zap.New(core)}}
	s.fail(httptest.NewRecorder(), fmt.Errorf("ask the store: %w", context.Canceled))
	if n := logs.Len(); n != 0 {
		t.Errorf("%d lines in the log", n)
	}
	s.fail(httptest.NewRecorder(), errors.New("a bug"))
	if n := logs.Len(); n != 1 {
		t.Errorf("%d lines in the log of an error", n)
	}
}
