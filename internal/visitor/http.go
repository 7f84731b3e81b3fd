package visitor

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// maxBody is how much of an answer is read, in bytes. A longer one is an error.
const maxBody = 64 << 20

type overHTTP struct{ rt http.RoundTripper }

// HTTP is a transport over net/http. It is as safe for concurrent use as rt.
func HTTP(rt http.RoundTripper) Transport { return overHTTP{rt} }

func (t overHTTP) Do(ctx context.Context, r *Request, a *Answer) error {
	var body io.Reader = http.NoBody
	if len(r.Body) > 0 {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.Origin+r.Target, body)
	if err != nil {
		return err
	}
	for name, value := range r.Fields() {
		if value == "" {
			req.Header.Del(name)
		} else {
			req.Header.Set(name, value)
		}
	}
	res, err := t.rt.RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }() // it was read, or the error says why not
	a.Head(res.StatusCode, res.Header.Get)
	a.SetCookie, a.Response = res.Header.Values("Set-Cookie"), res
	if a.Body, err = io.ReadAll(io.LimitReader(res.Body, maxBody+1)); err != nil {
		return err
	}
	if len(a.Body) > maxBody {
		return fmt.Errorf("the answer to %s is longer than %d bytes", r.Target, maxBody)
	}
	return nil
}
