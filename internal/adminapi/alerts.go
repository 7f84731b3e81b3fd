package adminapi

import (
	"net/http"
	"slices"

	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/operator"
)

// AlertList is the answer to GET /v1/alerts.
type AlertList struct {
	Alerts []alerts.Alert `json:"alerts"`
}

// listAlerts shows the alerts of this gateway and of the rooms that who asks sees.
func (s *Server) listAlerts(w http.ResponseWriter, r *http.Request) {
	who := operator.PrincipalOf(r.Context())
	list := AlertList{Alerts: []alerts.Alert{}}
	if s.cfg.Alerts != nil {
		list.Alerts = slices.DeleteFunc(s.cfg.Alerts(), func(a alerts.Alert) bool { return a.Room != "" && !who.Sees(a.Room) })
	}
	s.write(w, http.StatusOK, jsonType, list)
}
