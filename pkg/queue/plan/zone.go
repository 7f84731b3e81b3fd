package plan

import (
	"encoding/json"
	"time"
)

// Zone is that of the dates and clocks of a text that Encode wrote; UTC if it says none that is known here.
func Zone(schedule string) *time.Location {
	var s struct {
		Zone string `json:"zone"`
	}
	if schedule == "" || json.Unmarshal([]byte(schedule), &s) != nil {
		return time.UTC
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil || s.Zone == "Local" {
		return time.UTC
	}
	return zone
}
