package adminclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
)

// answer is one that the API gave, with status 200.
type answer struct {
	header http.Header
	text   json.RawMessage
}

// read tells an answer of the API from anything else. A problem of the API is an *Error. A gateway of the release before marks nothing
// yet: its answers are believed by their form alone, since both releases serve beside each other during an upgrade.
func read(resp *http.Response, text []byte) (*answer, error) {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	mark := resp.Header.Values(adminapi.MarkField)
	switch {
	case len(text) > maxAnswer:
		return nil, notAPI("its answer is longer than %d bytes", maxAnswer)
	case len(mark) > 1 || len(mark) == 1 && mark[0] != adminapi.Mark:
		return nil, notAPI("status %d, %s, %s is %q, not %s: a gateway of another release",
			resp.StatusCode, typeOf(kind), adminapi.MarkField, strings.Join(mark, ", "), adminapi.Mark)
	case kind == adminapi.ProblemType && resp.StatusCode >= http.StatusBadRequest:
		var p adminapi.Problem
		if err := whole(text, &p); err != nil {
			return nil, notAPI("its problem cannot be read: %v", err)
		}
		if p.Status != resp.StatusCode || p.Code == "" {
			return nil, notAPI("its problem says status %d and code %q with status %d", p.Status, p.Code, resp.StatusCode)
		}
		return nil, &Error{Problem: p, kind: kindOf(p)}
	case kind == "application/json" && resp.StatusCode == http.StatusOK:
		return &answer{header: resp.Header, text: text}, nil
	}
	return nil, notAPI("status %d, %s", resp.StatusCode, typeOf(kind))
}

// marked reports whether a head says that it is the API's.
func marked(h http.Header) bool {
	mark := h.Values(adminapi.MarkField)
	return len(mark) == 1 && mark[0] == adminapi.Mark
}

func typeOf(kind string) string {
	if kind == "" {
		return "without a type"
	}
	return "type " + kind
}

func notAPI(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotAPI, fmt.Sprintf(format, args...))
}

// whole decodes one value and nothing behind it.
func whole(text []byte, out any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(out); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("it is empty")
		}
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more behind it")
	}
	return nil
}

// rooms reads the answer to the list.
func (a *answer) rooms() ([]operator.RoomInfo, error) {
	var list struct {
		Rooms *[]json.RawMessage `json:"rooms"`
	}
	if err := whole(a.text, &list); err != nil {
		return nil, notAPI("its list of rooms cannot be read: %v", err)
	}
	if list.Rooms == nil {
		return nil, notAPI("its answer has no rooms")
	}
	all := make([]operator.RoomInfo, len(*list.Rooms))
	seen := map[string]bool{}
	for i, text := range *list.Rooms {
		if err := a.readRoom(text, &all[i]); err != nil {
			return nil, err
		}
		if seen[all[i].ID] {
			return nil, notAPI("it lists room %q twice", all[i].ID)
		}
		seen[all[i].ID] = true
	}
	return all, nil
}

// room reads the answer about one room.
func (a *answer) room(id string) (operator.RoomInfo, error) {
	var info operator.RoomInfo
	if err := a.readRoom(a.text, &info); err != nil {
		return info, err
	}
	if info.ID != id {
		return info, notAPI("asked for room %q, it answers with %q", id, info.ID)
	}
	if tag := a.header.Get("ETag"); tag != adminapi.Tag(info.Version) {
		return info, notAPI("the version of room %q is %d in the answer and %q in its head", id, info.Version, tag)
	}
	return info, nil
}

// controlsBefore are the controls of the releases that mark no answer.
func controlsBefore() []string { return []string{"rate", "max_inside", "burst", "mode", "message"} }

// readRoom reads one room. It must have its id, its version and every control; the figures beside them differ from release to
// release, so one that is missing is 0 and one that is unknown is passed over.
func (a *answer) readRoom(text []byte, info *operator.RoomInfo) error {
	if err := whole(text, info); err != nil {
		return notAPI("its room cannot be read: %v", err)
	}
	var has map[string]json.RawMessage
	if err := json.Unmarshal(text, &has); err != nil {
		return notAPI("its room cannot be read: %v", err)
	}
	controls := operator.Members()
	if a.header.Get(adminapi.MarkField) == "" {
		controls = controlsBefore()
	}
	// Releases that mark their answers did not always have texts by language, nor an end of them.
	controls = slices.DeleteFunc(controls, func(name string) bool { return name == "messages" || name == "message_until" })
	for _, name := range append([]string{"id", "version"}, controls...) {
		if value, ok := has[name]; !ok || string(value) == "null" {
			return notAPI("its room has no %s", name)
		}
	}
	if info.ID == "" || info.Version < 0 {
		return notAPI("its room has the id %q and the version %d", info.ID, info.Version)
	}
	return nil
}

// holds reports whether a room has a value that was asked for. Of the texts by language it may have others beside.
func holds(name string, want, has []byte) bool {
	if name != "messages" {
		return bytes.Equal(want, has)
	}
	var asked map[string]*string
	var texts map[string]string
	if json.Unmarshal(want, &asked) != nil || json.Unmarshal(has, &texts) != nil {
		return false
	}
	for tag, text := range asked {
		if text == nil {
			text = new(string)
		}
		if texts[tag] != *text {
			return false
		}
	}
	return true
}

// made holds a room to the change that was asked for: every value is there.
func made(change []byte, info *operator.RoomInfo) error {
	now, err := json.Marshal(info)
	var asked, has map[string]json.RawMessage
	if err = errors.Join(err, json.Unmarshal(change, &asked)); err == nil {
		err = json.Unmarshal(now, &has)
	}
	if err != nil {
		return err // of values that were encoded here: never
	}
	for _, name := range operator.Members() {
		if want, ok := asked[name]; ok && !holds(name, want, has[name]) {
			return notAPI("asked for %s %s, it answers with %s", name, want, has[name])
		}
	}
	if info.Version < 1 {
		return notAPI("its room was changed and has no version")
	}
	return nil
}

// act reads the answer to an act, which has every member of what operator says, and no other.
func (a *answer) act(id string, act operator.DebugAct) (json.RawMessage, error) {
	if err := a.about(id, act.Name(), operator.AnswerTo(act)); err != nil {
		return nil, err
	}
	return a.text, nil
}

// ask sends what is asked of a room, nil: nothing, and reads the answer, which is about what, into out.
func (c *Client) ask(ctx context.Context, method, path, id, what string, asked, out any) error {
	var body []byte
	if asked != nil {
		var err error
		if body, err = json.Marshal(asked); err != nil {
			return err
		}
	}
	a, err := c.do(ctx, method, path, body, 0)
	if err != nil {
		return err
	}
	return a.about(id, what, out)
}

// about reads an answer about something that was done with a room into out.
func (a *answer) about(id, what string, out any) error {
	if a.header.Get(adminapi.MarkField) == "" {
		return notAPI("an answer without the field %s", adminapi.MarkField)
	}
	if of := a.header.Get(adminapi.RoomField); of != id {
		return notAPI("asked for room %q, it answers with %q", id, of)
	}
	dec := json.NewDecoder(bytes.NewReader(a.text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(out); err != nil {
		return notAPI("its answer to %s cannot be read: %v", what, err)
	}
	var has map[string]json.RawMessage
	if err := whole(a.text, &has); err != nil {
		return notAPI("its answer to %s cannot be read: %v", what, err)
	}
	for _, name := range required(reflect.TypeOf(out).Elem()) {
		if _, ok := has[name]; !ok {
			return notAPI("its answer to %s has no %s", what, name)
		}
	}
	return nil
}

// required are the names of the members that are always in the JSON of a struct.
func required(of reflect.Type) (names []string) {
	for i := range of.NumField() {
		f := of.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			names = append(names, required(f.Type)...)
		case !f.IsExported() || name == "-" || strings.Contains(options, "omit"):
		case name == "":
			names = append(names, f.Name)
		default:
			names = append(names, name)
		}
	}
	return names
}
