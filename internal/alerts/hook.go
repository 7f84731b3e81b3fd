package alerts

import (
	"context"
	"time"

	"github.com/einlass/einlass/internal/webhook"
)

// Hook tells by a signed webhook.
type Hook struct {
	sender  *webhook.Sender
	gateway string
}

// NewHook makes one; gateway names this process.
func NewHook(sender *webhook.Sender, gateway string) *Hook {
	return &Hook{sender: sender, gateway: gateway}
}

// message is the body of the webhook: the form in which Prometheus' Alertmanager sends (webhook_config, version 4), as far as it is known
// here, so that what reads those reads ours.
type message struct {
	Version  string        `json:"version"`
	Receiver string        `json:"receiver"`
	Status   string        `json:"status"`
	Alerts   []hookedAlert `json:"alerts"`
}

type hookedAlert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
}

// Name implements Way.
func (*Hook) Name() string { return "webhook" }

// Send implements Way.
func (h *Hook) Send(ctx context.Context, c Change) error {
	m := message{Version: "4", Receiver: "einlass", Status: "resolved"}
	if len(c.Began) > 0 {
		m.Status = "firing"
	}
	add := func(status string, all []Alert) {
		for i := range all {
			a := &all[i]
			labels := map[string]string{"alertname": a.Name, "severity": string(a.Severity), "gateway": h.gateway}
			if a.Room != "" {
				labels["room"] = a.Room
			}
			m.Alerts = append(m.Alerts, hookedAlert{
				Status: status, Labels: labels, StartsAt: a.Since.UTC(),
				Annotations: map[string]string{"summary": a.En.What, "description": a.En.Do, "summary_de": a.De.What, "description_de": a.De.Do},
			})
		}
	}
	add("firing", c.Began)
	add("resolved", c.Ended)
	return h.sender.Send(ctx, m)
}
