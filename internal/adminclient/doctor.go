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
