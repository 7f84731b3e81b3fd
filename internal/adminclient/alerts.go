package adminclient

import (
	"context"
	"fmt"
	"net/http"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/alerts"
)

// Alerts gives what somebody has to do something about now.
func (c *Client) Alerts(ctx context.Context) ([]alerts.Alert, error) {
	var list adminapi.AlertList
	err := c.ask(ctx, http.MethodGet, "/v1/alerts", "", "the alerts", nil, &list)
	if err == nil && list.Alerts == nil {
		err = notAPI("its answer has no list of alerts")
	}
	for i := range list.Alerts {
		if a := &list.Alerts[i]; err == nil && (a.Name == "" || a.En.What == "") {
			err = notAPI("an alert is %+v", *a)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list alerts: %w", err)
	}
	return list.Alerts, nil
}
