package adminclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
)

// Plan gives what a room does by its schedule, now and next.
func (c *Client) Plan(ctx context.Context, id string) (operator.PlanInfo, error) {
	var p operator.PlanInfo
	a, err := c.do(ctx, http.MethodGet, planOf(id), nil, 0)
	if err == nil {
		err = a.plan(id, &p, &p)
	}
	if err != nil {
		return p, fmt.Errorf("show plan: %w", err)
	}
	return p, nil
}

// PreviewPlan gives what a change of the schedule would do, and changes nothing.
func (c *Client) PreviewPlan(ctx context.Context, id string, change operator.Change) (operator.PlanPreview, error) {
	var p operator.PlanPreview
	body, err := json.Marshal(change)
	var a *answer
	if err == nil {
		a, err = c.do(ctx, http.MethodPost, planOf(id)+"/preview", body, 0)
	}
	if err == nil {
		err = a.plan(id, &p, &p.Plan)
	}
	if err == nil && p.Changes == nil {
		err = notAPI("its preview has no changes")
	}
	if err != nil {
		return p, fmt.Errorf("preview plan: %w", err)
	}
	return p, nil
}

func planOf(id string) string { return "/v1/rooms/" + url.PathEscape(id) + "/plan" }

// plan reads an answer about the plan of a room into out, of which p is the plan.
func (a *answer) plan(id string, out any, p *operator.PlanInfo) error {
	if err := whole(a.text, out); err != nil {
		return notAPI("its plan cannot be read: %v", err)
	}
	switch {
	case p.ID != id:
		return notAPI("asked for the plan of room %q, it answers with that of %q", id, p.ID)
	case p.Version < 0:
		return notAPI("its plan has the version %d", p.Version)
	case p.Next == nil || p.Warnings == nil || p.Now == "":
		return notAPI("its plan has not what comes next, what is in force or the warnings")
	case a.header.Get("ETag") != adminapi.Tag(p.Version):
		return notAPI("the version of room %q is %d in the answer and %q in its head", id, p.Version, a.header.Get("ETag"))
	}
	return nil
}
