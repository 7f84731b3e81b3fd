package gateway

import (
	"net/url"
)

// Draws are the records of a room's draws, as they are published; nil texts: there is none. It must be safe for concurrent use.
type Draws interface {
	// All are the records of the room, the latest first. Of is the one of an opening, byte for byte as it is verified.
	All() []byte
	Of(opening string) []byte
	// Undrawn are the openings with a record of which nothing was drawn, because there was one number or none in the lobby.
	Undrawn() []string
}

// serveDraw publishes what is known of the room's draws: before the lobby the commitment, at the start what was frozen, and then the
// result. With an opening in the query it is that one's record alone. People get a page.
func (e *exchange) serveDraw(page bool) {
	if page {
		e.drawPage()
		return
	}
	var text []byte
	if d := e.r.Draws; d != nil {
		switch query, err := url.ParseQuery(string(e.v.Query())); {
		case err != nil:
		case query.Has("opening"):
			text = d.Of(query.Get("opening"))
		default:
			text = d.All()
		}
	}
	if text == nil {
		e.g.missing(e.v, 404, "no-draw")
		return
	}
	e.answerRecord(text)
}
