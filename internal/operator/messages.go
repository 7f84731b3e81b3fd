package operator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
	"golang.org/x/text/language"

	"github.com/einlass/einlass/pkg/queue"
)

// messages is the member that holds a text for each language. As in a merge patch (RFC 7396 §2), null takes one away, and those
// that a change does not name stay.
func messages() member {
	const name = "messages"
	return member{
		name: name, keys: []queue.Key{queue.KeyMessages}, large: true,
		given: func(c *Change) bool { return c.Messages != nil },
		read: func(c *Change, value json.RawMessage) string {
			texts := map[string]*string{}
			if isNull(value) || json.Unmarshal(value, &texts) != nil {
				return "want an object: a text for each language, null takes one away"
			}
			c.Messages = texts
			return ""
		},
		set: func(to *queue.Document, c *Change) {
			texts := maps.Clone(to.Messages())
			if texts == nil {
				texts = map[string]string{}
			}
			for tag, text := range c.Messages {
				delete(texts, tag)
				if text != nil {
					texts[tag] = *text
				}
			}
			to.SetMessages(texts)
		},
		back: func(undo, made *Change, before *queue.Document) {
			undo.keepUntil(before)
			undo.Messages = map[string]*string{}
			for tag := range made.Messages {
				undo.Messages[tag] = nil
				if text, was := before.Messages()[tag]; was {
					undo.Messages[tag] = &text
				}
			}
		},
		asked: func(c *Change) zap.Field {
			texts := map[string]string{}
			for tag, text := range c.Messages {
				texts[tag] = ""
				if text != nil {
					texts[tag] = *text
				}
			}
			return zap.String(name, recorded(texts))
		},
		is: func(d *queue.Document) zap.Field { return zap.String(name, recorded(d.Messages())) },
	}
}

// messageUntil is the member that says when they are over. It is set behind the texts, which begin without an end.
func messageUntil() member {
	return text("message_until", true, func(c *Change) **string { return &c.MessageUntil },
		func(d *queue.Document) string { return untilText(d.MessageUntil()) },
		func(d *queue.Document, s string) {
			var at int64
			if t, err := time.Parse(time.RFC3339, s); err == nil {
				at = t.UnixMilli()
			}
			d.SetMessageUntil(at)
		}, queue.KeyMessage)
}

func untilText(at int64) string {
	if at == 0 {
		return ""
	}
	return time.UnixMilli(at).UTC().Format(time.RFC3339)
}

// untilProblems finds a time that is none.
func untilProblems(c *Change) []FieldError {
	if c.MessageUntil == nil || *c.MessageUntil == "" {
		return nil
	}
	if t, err := time.Parse(time.RFC3339, *c.MessageUntil); err != nil || t.UnixMilli() <= 0 {
		return []FieldError{{Field: "message_until", Detail: fmt.Sprintf("%q: want a time such as 2026-12-01T11:00:00+01:00", bounded(*c.MessageUntil))}}
	}
	return nil
}

// keepUntil has an undo that names a text name its end as well, if it had one.
func (c *Change) keepUntil(before *queue.Document) {
	if at := before.MessageUntil(); at != 0 && (c.Message != nil || c.Messages != nil) {
		text := untilText(at)
		c.MessageUntil = &text
	}
}

// inLanguagesOf writes the tags of texts as pages have them (BCP 47: EN is en), and finds those that no page of the room would show. What is
// taken away may be in any language: the room may have offered it once.
func (c *Change) inLanguagesOf(r *Room) (bad []FieldError) {
	if len(c.Messages) == 0 {
		return nil
	}
	canonical := make(map[string]*string, len(c.Messages))
	for _, given := range slices.Sorted(maps.Keys(c.Messages)) {
		text, tag := c.Messages[given], CanonicalTag(given)
		if text == nil || *text == "" {
			canonical[given] = text
			if _, twice := c.Messages[tag]; !twice {
				canonical[tag] = text
			}
			continue
		}
		if r.Languages != nil && !slices.ContainsFunc(r.Languages, func(page string) bool { return shows(page, tag) }) {
			bad = append(bad, FieldError{Field: "messages." + given, Detail: "the room has no pages in this language: want one of " + strings.Join(r.Languages, ", ")})
		}
		canonical[tag] = text
	}
	c.Messages = canonical
	return bad
}

// shows reports whether pages in a language show a text for the pages of another: for its own, or for the one of which it is a variant.
func shows(page, tag string) bool { return page == tag || strings.HasPrefix(page, tag+"-") }

// CanonicalTag is the tag of a language as pages have it; what is none stays.
func CanonicalTag(tag string) string {
	parsed, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	return parsed.String()
}

// recorded are texts as a record has them: in the order of their languages, each as far as a record repeats a text.
func recorded(texts map[string]string) string {
	parts := make([]string, 0, len(texts))
	for _, tag := range slices.Sorted(maps.Keys(texts)) {
		parts = append(parts, tag+": "+bounded(texts[tag]))
	}
	return strings.Join(parts, "; ")
}
