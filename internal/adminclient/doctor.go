package adminclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/doctor"
	"github.com/einlass/einlass/internal/probe"
)

// Doctor gives what the machine of the gateway knows of itself.
func (c *Client) Doctor(ctx context.Context) ([]doctor.Finding, error) {
	var info adminapi.DoctorInfo
	err := c.ask(ctx, http.MethodGet, "/v1/doctor", "", "the doctor", nil, &info)
	if err == nil && info.Findings == nil {
		err = notAPI("its answer has no findings")
	}
	for i := range info.Findings {
		if f := &info.Findings[i]; err == nil && (f.Check == "" || f.What == "" || f.State != doctor.OK && f.State != doctor.Warning && f.State != doctor.Wrong) {
			err = notAPI("a finding is %+v", *f)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("ask the doctor: %w", err)
	}
	return info.Findings, nil
}

// Readiness is whether a gateway wants visitors, and its clock.
type Readiness struct {
	// Why it wants none; empty: it does.
	Why string
	// Date is the time of its answer by its own clock, in whole seconds; zero: it said none.
	Date time.Time
}

// Ready asks whether the gateway wants visitors.
func (c *Client) Ready(ctx context.Context) (r Readiness, err error) {
	req, err := c.request(ctx, http.MethodGet, "/readyz", nil)
	if err != nil {
		return r, fmt.Errorf("ask whether it is ready: %w", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return r, fmt.Errorf("ask whether it is ready: %w", unreachable(err))
	}
	defer resp.Body.Close()
	r.Date, _ = http.ParseTime(resp.Header.Get("Date"))
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return r, fmt.Errorf("ask whether it is ready: %w", unreachable(err))
	}
	if resp.StatusCode == http.StatusOK && resp.Header.Get(adminapi.MarkField) == adminapi.Mark {
		return r, nil
	}
	if _, err = read(resp, text); err == nil {
		err = notAPI("it does not say whether it is ready")
	}
	var problem *Error
	if errors.As(err, &problem) && resp.StatusCode == http.StatusServiceUnavailable {
		r.Why = problem.Error()
		return r, nil
	}
	return r, fmt.Errorf("ask whether it is ready: %w", err)
}

// Front says what a probe through the proxies in front has to know of the gateway.
func (c *Client) Front(ctx context.Context) (facts probe.Facts, err error) {
	if err = c.ask(ctx, http.MethodGet, "/v1/doctor/front", "", "the front", nil, &facts); err == nil && facts.Prefix == "" {
		err = notAPI("its prefix is empty")
	}
	if err != nil {
		return facts, fmt.Errorf("ask what to probe: %w", err)
	}
	return facts, nil
}

// Question has the gateway seal a question of the probe. Client is a [probe.Sealer] by it.
func (c *Client) Question(ctx context.Context) (seal, nonce string, err error) {
	var info adminapi.SealInfo
	if err = c.ask(ctx, http.MethodPost, "/v1/doctor/seals", "", "a seal", struct{}{}, &info); err == nil && (info.Seal == "" || info.Nonce == "") {
		err = notAPI("its seal is empty")
	}
	if err != nil {
		return "", "", fmt.Errorf("seal a question: %w", err)
	}
	return info.Seal, info.Nonce, nil
}

// Answered has the gateway say which question an answer with this seal is to; empty: none of its own.
func (c *Client) Answered(ctx context.Context, seal string) (nonce string, err error) {
	var known adminapi.SealKnown
	if err = c.ask(ctx, http.MethodPost, "/v1/doctor/seals/check", "", "a seal", adminapi.SealAsked{Seal: seal}, &known); err != nil {
		return "", fmt.Errorf("check a seal: %w", err)
	}
	return known.Nonce, nil
}
