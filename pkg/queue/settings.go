package queue

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Settings is what Document.Settings says: what operators set and stores do not compute with. It travels as JSON; fields
// that this release does not know are lost when it writes the document.
type Settings struct {
	// Message is shown on every waiting page, as plain text of at most MaxMessage bytes.
	Message string `json:"message,omitempty"`
	// Messages are texts instead of Message, by the tag of the language of the page, each as long as Message may be.
	Messages map[string]string `json:"messages,omitempty"`
	// MessageUntil is when Message and Messages are over, in store milliseconds; absent: somebody takes them away.
	MessageUntil int64 `json:"message_until,omitempty"`
	// ValuesHash names the values of the configuration that was applied last. The name in JSON is the one of earlier releases.
	ValuesHash string `json:"seed,omitempty"`
	// Notes is what gateways note for each other about changes that they make by themselves.
	Notes string `json:"notes,omitempty"`
	// Health is a HealthMode; empty: HealthAct.
	Health HealthMode `json:"health,omitempty"`
	// CloseAt and Doorway are what is said of the door.
	CloseAt int64    `json:"close_at,omitempty"`
	Doorway *Doorway `json:"doorway,omitempty"`
	// StaysFrom is when the oldest stays that count began, in store milliseconds; absent: all count.
	StaysFrom int64 `json:"stays_from,omitempty"`
	// Schedule is what the room does when, for its Planner; absent: nothing is planned.
	Schedule json.RawMessage `json:"schedule,omitempty"`
	// Draws is what gateways and officials note about draws, for the room's Drawer; absent: nothing.
	Draws json.RawMessage `json:"draws,omitempty"`
	// Codes is what was printed of codes for the door, and what of it counts; absent: nothing.
	Codes json.RawMessage `json:"codes,omitempty"`
}

// MaxMessage bounds Settings.Message, in bytes.
const MaxMessage = 2000

// Encode is the text for Document.Settings.
func (s Settings) Encode() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("queue: settings cannot be encoded: %v", err)) // texts always can
	}
	return string(text)
}

// ParseSettings reads what Encode wrote; an empty text has no settings. ErrInvalid: it is no JSON object.
func ParseSettings(text string) (s Settings, err error) {
	if text == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return Settings{}, fmt.Errorf("settings: %w: %w", err, ErrInvalid)
	}
	return s, nil
}

// settings are the document's; those that cannot be read count as none.
func (d *Document) settings() Settings {
	s, err := ParseSettings(d.Settings)
	if err != nil {
		return Settings{}
	}
	return s
}

// Message is the text for waiting pages.
func (d *Document) Message() string { return d.settings().Message }

// SetMessage sets the text for waiting pages. It has no end until one is set.
func (d *Document) SetMessage(text string) {
	s := d.settings()
	s.Message, s.MessageUntil = text, 0
	d.Settings = s.Encode()
}

// Messages are the texts for the waiting pages of single languages, by their tags. Pages of others show Message.
func (d *Document) Messages() map[string]string { return d.settings().Messages }

// SetMessages sets them all. What is empty is as none. They have no end until one is set.
func (d *Document) SetMessages(texts map[string]string) {
	s := d.settings()
	s.Messages, s.MessageUntil = nil, 0
	for tag, text := range texts {
		if text == "" {
			continue
		}
		if s.Messages == nil {
			s.Messages = map[string]string{}
		}
		s.Messages[tag] = text
	}
	d.Settings = s.Encode()
}

// HealthMode is what is done with the judgement of the site's health.
func (d *Document) HealthMode() HealthMode {
	if m := d.settings().Health; m.Valid() {
		return m
	}
	return HealthAct
}

// SetHealthMode sets what is done with it.
func (d *Document) SetHealthMode(m HealthMode) {
	s := d.settings()
	if s.Health = m; m == HealthAct {
		s.Health = "" // as documents of earlier releases have it
	}
	d.Settings = s.Encode()
}

// Schedule is what the room does when, as JSON for its Planner; empty: nothing is planned.
func (d *Document) Schedule() string { return string(d.settings().Schedule) }

// SetSchedule sets it. What is no JSON is as none.
func (d *Document) SetSchedule(text string) {
	s := d.settings()
	s.Schedule = rawOrNone(text)
	d.Settings = s.Encode()
}

// Draws is what is noted about draws, as JSON for the room's Drawer; empty: nothing.
func (d *Document) Draws() string { return string(d.settings().Draws) }

// SetDraws sets it. What is no JSON is as none.
func (d *Document) SetDraws(text string) {
	s := d.settings()
	s.Draws = rawOrNone(text)
	d.Settings = s.Encode()
}

// Codes is what was printed of codes for the door, as JSON for who reads them; empty: nothing.
func (d *Document) Codes() string { return string(d.settings().Codes) }

// SetCodes sets it. What is no JSON is as none.
func (d *Document) SetCodes(text string) {
	s := d.settings()
	s.Codes = rawOrNone(text)
	d.Settings = s.Encode()
}

func rawOrNone(text string) json.RawMessage {
	if !json.Valid([]byte(text)) {
		return nil
	}
	return json.RawMessage(text)
}

// languageTag is what the tags of languages look like (RFC 5646).
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$`)

// CheckSettings refuses what stores do not look at: ErrInvalid, naming the field.
func (d *Document) CheckSettings() error {
	s, err := ParseSettings(d.Settings)
	if err != nil {
		return err
	}
	var p problems
	p.unless(len(s.Message) <= MaxMessage, "message of %d bytes: want at most %d", len(s.Message), MaxMessage)
	for _, tag := range slices.Sorted(maps.Keys(s.Messages)) {
		p.unless(languageTag.MatchString(tag), "messages %q is no language; want a tag such as de or en", tag)
		n := len(s.Messages[tag])
		p.unless(n <= MaxMessage, "messages.%s of %d bytes: want at most %d", tag, n, MaxMessage)
	}
	p.unless(s.Health == "" || s.Health.Valid(), "health %q: want off, advise or act", s.Health)
	p.unless(s.CloseAt >= 0 && s.CloseAt <= MaxInsideLimit, "close_at %d: want 0 to %d", s.CloseAt, MaxInsideLimit)
	if w := s.Doorway; w != nil {
		p.unless(w.State == "" || w.State == DoorOpen || w.State == DoorClosed, "door %q: want %s or %s", w.State, DoorOpen, DoorClosed)
	}
	return p.join()
}
