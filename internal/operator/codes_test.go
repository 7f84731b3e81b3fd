package operator_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// keyring is a ring of keys whose secrets follow from their ids; the first signs.
func keyring(t *testing.T, kids ...string) *token.Keyring {
	t.Helper()
	value := ""
	for _, kid := range kids {
		value += "," + kid + ":" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(kid, 32)[:32]))
	}
	ring, err := token.LoadEnv(value[1:])
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// withDoor is a house whose schedule has two groups.
func withDoor(t *testing.T) (*house, *token.Source) {
	t.Helper()
	h := newHouse(t)
	source, err := token.NewSource(keyring(t, "k1"))
	if err != nil {
		t.Fatal(err)
	}
	if h.door, err = door.NewIssuer(source, "termine"); err != nil {
		t.Fatal(err)
	}
	h.document(func(d *queue.Document) {
		d.SetSchedule(`{"groups":[{"name":"residents"},{"name":"over80"}],"who":["residents"]}`)
	})
	return h, source
}

// document changes what the room's document says.
func (h *house) document(change func(*queue.Document)) {
	h.t.Helper()
	if _, err := h.room.Update(h.t.Context(), func(d *queue.Document) error { change(d); return nil }); err != nil {
		h.t.Fatal(err)
	}
	h.tick()
}

func (h *house) as(who operator.Principal) context.Context {
	return operator.NewContext(h.t.Context(), who)
}

// made makes a batch.
func (h *house) made(asked operator.CodesAsked) operator.CodesPrinted {
	h.t.Helper()
	p, err := h.MakeCodes(h.as(staff), "termine", asked)
	if err != nil {
		h.t.Fatal(err)
	}
	h.tick()
	return p
}

// Whoever saves the list, or prints codes again, right after a batch was made has it: no snapshot has come meanwhile.
func TestABatchIsListedAndPrintedAsSoonAsItIsMade(t *testing.T) {
	h, _ := withDoor(t)
	made, err := h.MakeCodes(h.as(staff), "termine", operator.CodesAsked{Group: "residents", Count: 2})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := h.Codes(h.as(staff), "termine"); err != nil || len(info.Batches) != 1 || info.Batches[0].Batch != made.Batch.Batch {
		t.Errorf("%+v, %v", info, err)
	}
	if _, err := h.PrintCodes(h.as(staff), "termine", operator.CodesAgain{Batch: made.Batch.Batch}); err != nil {
		t.Error(err)
	}
}

// check reads a code as a gateway does: by the document alone.
func (h *house) check(code string) (door.Entry, error) {
	h.t.Helper()
	d := h.room.View().Snapshot.Document
	batches, err := door.ParseBatches(d.Codes())
	if err != nil {
		h.t.Fatal(err)
	}
	codes, err := h.door.Codes(batches)
	if err != nil {
		h.t.Fatal(err)
	}
	return codes.Check(code, h.now.Load())
}

func TestABatchIsInTheDocumentBeforeItsCodesLeave(t *testing.T) {
	h, _ := withDoor(t)
	until := time.UnixMilli(h.now.Load()).Add(time.Hour)
	p := h.made(operator.CodesAsked{Group: "residents", Count: 3, Uses: 4, Until: until, Because: operator.Because{Reason: "letters"}})
	if p.ID != "termine" || p.Batch.Batch != 1 || p.Batch.State != operator.BatchInForce || p.Batch.Key != "k1" || p.First != 0 {
		t.Errorf("%+v", p)
	}
	for serial := range uint32(3) {
		e, err := h.check(string(p.Append(nil, serial)))
		if err != nil || e.Group != "residents" || e.Uses != 4 || e.Serial != serial || e.Until != until.UnixMilli() {
			t.Errorf("serial %d: %+v, %v", serial, e, err)
		}
	}
	again, err := h.PrintCodes(h.as(staff), "termine", operator.CodesAgain{Batch: 1, First: 2})
	if err != nil || again.First != 2 || string(again.Append(nil, 2)) != string(p.Append(nil, 2)) {
		t.Errorf("%+v, %v", again, err)
	}
	other := h.made(operator.CodesAsked{Group: "over80", Count: 1})
	if other.Batch.Batch != 2 || other.Batch.Uses != 1 || other.Batch.Made == p.Batch.Made {
		t.Errorf("%+v", other.Batch)
	}
	// What gateways and operators write into the document leaves the codes alone.
	h.document(func(d *queue.Document) { d.SetMessage("x"); d.SetDraws(`[]`) })
	h.reconfigure("b", func(d *queue.Document) { d.Pace.Rate = 90 })
	if info, err := h.Codes(h.as(staff), "termine"); err != nil || len(info.Batches) != 2 {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestCodesThatCannotBeAreNotMade(t *testing.T) {
	h, _ := withDoor(t)
	now := time.UnixMilli(h.now.Load())
	for says, asked := range map[string]operator.CodesAsked{
		"group: is missing": {Count: 1},
		`"cats": the schedule has no such group; it has residents, over80`: {Group: "cats", Count: 1},
		`"everybody": the schedule has no such group`:                      {Group: "everybody", Count: 1},
		"count: of 0: want 1 to 1048576":                                   {Group: "residents"},
		"count: of 1048577":                                                {Group: "residents", Count: door.MaxCount + 1},
		"uses: of 17: want 1 to 16":                                        {Group: "residents", Count: 1, Uses: 17},
		"until: is not after from":                                         {Group: "residents", Count: 1, From: now, Until: now},
		"reason":                                                           {Group: "residents", Count: 1, Because: operator.Because{Reason: "a\nb"}},
	} {
		_, err := h.MakeCodes(h.as(staff), "termine", asked)
		if !errors.Is(err, queue.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("want %s: %v", says, err)
		}
	}
	if _, err := h.MakeCodes(h.as(staff), "nowhere", operator.CodesAsked{}); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Error(err)
	}
	if _, err := h.MakeCodes(h.as(reporter), "termine", operator.CodesAsked{Group: "residents", Count: 1}); !errors.Is(err, operator.ErrNotAllowed) {
		t.Error(err)
	}
	h.tick()
	if d := h.room.View().Snapshot.Document; d.Codes() != "" {
		t.Errorf("there are %s", d.Codes())
	}
}

func TestTheSettingsKeepRoomForWhatGatewaysNote(t *testing.T) {
	h, _ := withDoor(t)
	h.document(func(d *queue.Document) {
		d.SetMessage(strings.Repeat("x", 2000))
		d.SetDraws(`"` + strings.Repeat("x", 11_000) + `"`)
	})
	made := 0
	var err error
	for ; err == nil && made < 64; made++ {
		_, err = h.MakeCodes(h.as(staff), "termine", operator.CodesAsked{Group: "residents", Count: 1})
	}
	if made < 2 || !errors.Is(err, queue.ErrInvalid) || !strings.Contains(err.Error(), "remove batches that are over") {
		t.Errorf("after %d batches: %v", made, err)
	}
	h.tick()
	if _, err := h.revoke(operator.CodesRevoked{Batch: 1}); err != nil {
		t.Errorf("a batch cannot be revoked: %v", err)
	}
}

func TestCodesAreRevokedAndRemoved(t *testing.T) {
	h, _ := withDoor(t)
	p := h.made(operator.CodesAsked{Group: "residents", Count: 5})
	codes := make([]string, 5)
	for i := range codes {
		codes[i] = string(p.Append(nil, uint32(i)))
	}
	revoke := func(asked operator.CodesRevoked) {
		t.Helper()
		info, err := h.revoke(asked)
		if err != nil || len(info.Batches) == 0 || info.Batches[0].Batch != 1 {
			t.Errorf("%+v: %+v, %v", asked, info, err)
		}
		h.tick()
	}
	counts := func(want ...bool) {
		t.Helper()
		for i, code := range codes {
			if _, err := h.check(code); (err == nil) != want[i] {
				t.Errorf("serial %d: %v", i, err)
			}
		}
	}
	revoke(operator.CodesRevoked{Batch: 1, Serials: []uint32{3}})
	counts(true, true, true, false, true)
	revoke(operator.CodesRevoked{Codes: []string{strings.ToLower(codes[0]), codes[3]}})
	counts(false, true, true, false, true)
	for says, asked := range map[string]operator.CodesRevoked{
		"codes[1]: the code is mistyped":  {Codes: []string{codes[1], codes[1][:18] + "0"}},
		"codes[0]: the code is not known": {Codes: []string{"2222-2222-2222-2222"}},
		"there is no batch 2":             {Batch: 2},
		"there are 5 codes":               {Batch: 1, Serials: []uint32{5}},
		"batch: want it":                  {},
		"serials: want the batch":         {Serials: []uint32{1}},
		"want at most 512":                {Batch: 1, Serials: make([]uint32, 513)},
	} {
		if _, err := h.RevokeCodes(h.as(staff), "termine", asked); !errors.Is(err, queue.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("want %s: %v", says, err)
		}
	}
	counts(false, true, true, false, true)
	if _, err := h.RemoveCodes(h.as(staff), "termine", operator.CodesRemoved{Batch: 1}); !errors.Is(err, queue.ErrInvalid) || !strings.Contains(err.Error(), "in force") {
		t.Errorf("removed in force: %v", err)
	}
	revoke(operator.CodesRevoked{Batch: 1})
	counts(false, false, false, false, false)
	if _, err := h.RemoveCodes(h.as(staff), "termine", operator.CodesRemoved{Batch: 1}); err != nil {
		t.Error(err)
	}
	h.tick()
	if d := h.room.View().Snapshot.Document; d.Codes() != "" {
		t.Errorf("there is %s", d.Codes())
	}
	// Another batch gets the id, and none of the old codes.
	if again := h.made(operator.CodesAsked{Group: "residents", Count: 5}); again.Batch.Batch != 1 {
		t.Errorf("%+v", again.Batch)
	}
	counts(false, false, false, false, false)
}

func TestABatchSaysWhyItCannotBeUsed(t *testing.T) {
	h, source := withDoor(t)
	now := time.UnixMilli(h.now.Load())
	h.made(operator.CodesAsked{Group: "residents", Count: 2})
	h.made(operator.CodesAsked{Group: "residents", Count: 2, From: now.Add(time.Hour)})
	h.made(operator.CodesAsked{Group: "residents", Count: 2, Until: now.Add(time.Minute)})
	h.made(operator.CodesAsked{Group: "over80", Count: 2})
	h.made(operator.CodesAsked{Group: "residents", Count: 2})
	if _, err := h.revoke(operator.CodesRevoked{Batch: 5}); err != nil {
		t.Fatal(err)
	}
	h.pass(2 * time.Minute)
	h.document(func(d *queue.Document) { d.SetSchedule(`{"groups":[{"name":"residents"}]}`) })
	states := func(want ...string) {
		t.Helper()
		info, err := h.Codes(h.as(staff), "termine")
		var got []string
		for _, b := range info.Batches {
			got = append(got, b.State)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	states(operator.BatchInForce, operator.BatchEarly, operator.BatchOver, operator.BatchUseless, operator.BatchRevoked)
	if err := source.Replace(keyring(t, "k2")); err != nil {
		t.Fatal(err)
	}
	states(operator.BatchUseless, operator.BatchUseless, operator.BatchOver, operator.BatchUseless, operator.BatchRevoked)
	if info, _ := h.Codes(h.as(staff), "termine"); !strings.Contains(info.Batches[0].Why, "keyring does not have its key") {
		t.Errorf("%+v", info.Batches[0])
	}
	if _, err := h.PrintCodes(h.as(staff), "termine", operator.CodesAgain{Batch: 1}); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("printed without a key: %v", err)
	}
	if _, err := h.PrintCodes(h.as(staff), "termine", operator.CodesAgain{Batch: 9}); !errors.Is(err, queue.ErrUnknown) {
		t.Errorf("printed without a batch: %v", err)
	}
	if _, err := h.PrintCodes(h.as(staff), "termine", operator.CodesAgain{Batch: 1, First: 2}); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("printed beyond its end: %v", err)
	}
}

func TestAKeyThatHasEndedIsSaid(t *testing.T) {
	h, source := withDoor(t)
	now := time.UnixMilli(h.now.Load())
	h.made(operator.CodesAsked{Group: "residents", Count: 2})
	rotated, err := source.Ring().Rotate(strings.NewReader(strings.Repeat("0123456789abcdef", 20)), token.Rotation{Now: now, Overlap: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Replace(rotated); err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]string{0: "", 2 * time.Minute: "the next rotation of the keyring"} {
		h.now.Store(now.Add(after).UnixMilli())
		h.tick()
		info, err := h.Codes(h.as(staff), "termine")
		if b := info.Batches[0]; err != nil || b.State != operator.BatchInForce || (want == "") != (b.Why == "") || !strings.Contains(b.Why, want) {
			t.Errorf("after %v: %+v, %v", after, b, err)
		}
	}
}

func TestInvitationsAreMade(t *testing.T) {
	h, source := withDoor(t)
	now := time.UnixMilli(h.now.Load())
	reader, err := door.NewInvitations(source, "termine", nil)
	if err != nil {
		t.Fatal(err)
	}
	invited, err := h.Invite(h.as(staff), "termine", operator.InviteAsked{Group: "over80", Person: "case-4711", Until: now.Add(time.Hour)})
	if err != nil || invited.ID != "termine" || invited.Group != "over80" {
		t.Fatalf("%+v, %v", invited, err)
	}
	if e, err := reader.Check(invited.Invitation, h.now.Load()); err != nil || e.Group != "over80" || e.Uses != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	soon, err := h.Invite(h.as(staff), "termine", operator.InviteAsked{Group: "over80", Valid: 60})
	if e, readErr := reader.Check(soon.Invitation, h.now.Load()); err != nil || readErr != nil || e.Until != now.Add(time.Minute).Truncate(time.Second).UnixMilli() || !soon.Until.Equal(time.UnixMilli(e.Until)) {
		t.Errorf("for a minute: %+v, %v, %v", e, err, readErr)
	}
	for says, asked := range map[string]operator.InviteAsked{
		"group: is missing": {Until: now.Add(time.Hour)},
		"no such group":     {Group: "cats", Until: now.Add(time.Hour)},
		"until: want it":    {Group: "over80"},
		"valid: of -1":      {Group: "over80", Valid: -1},
		"or valid":          {Group: "over80", Valid: 60, Until: now.Add(time.Hour)},
		"before now":        {Group: "over80", Until: now.Add(-time.Hour)},
		"400 days":          {Group: "over80", Until: now.Add(401 * 24 * time.Hour)},
		"person: has 129":   {Group: "over80", Person: operator.PersonKey(strings.Repeat("4711", 33)[:129]), Until: now.Add(time.Hour)},
	} {
		if _, err := h.Invite(h.as(staff), "termine", asked); !errors.Is(err, queue.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("want %s: %v", says, err)
		}
	}
	if _, err := h.Invite(h.as(reporter), "termine", operator.InviteAsked{Group: "over80"}); !errors.Is(err, operator.ErrNotAllowed) {
		t.Error(err)
	}
	var asked operator.InviteAsked
	if err := json.Unmarshal([]byte(`{"group":"over80","person":4711}`), &asked); err == nil || strings.Contains(err.Error(), "4711") {
		t.Errorf("a number as a person: %v", err)
	}
}

func TestTheRecordHoldsNoCodeAndNoPerson(t *testing.T) {
	h, _ := withDoor(t)
	p := h.made(operator.CodesAsked{Group: "residents", Count: 5, Because: operator.Because{Reason: "letters of May"}})
	code := string(p.Append(nil, 1))
	invited, err := h.Invite(h.as(staff), "termine", operator.InviteAsked{Group: "over80", Person: "case-4711", Until: time.UnixMilli(h.now.Load()).Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	_, wrong := h.RevokeCodes(h.as(staff), "termine", operator.CodesRevoked{Codes: []string{code, code[:18] + "0"}})
	_, right := h.revoke(operator.CodesRevoked{Codes: []string{code}})
	if wrong == nil || right != nil {
		t.Fatalf("%v, %v", wrong, right)
	}
	if err := h.RefuseCodes(h.as(staff), "nowhere", "make", errors.New("no JSON")); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Error(err)
	}
	var record strings.Builder
	for _, entry := range h.logs.All() {
		fmt.Fprintf(&record, "%s %v\n", entry.Message, entry.ContextMap())
	}
	for _, secret := range []string{code, code[:9], "case-4711", invited.Invitation[:20]} {
		if strings.Contains(record.String(), secret) {
			t.Errorf("%s is in the record:\n%s", secret, record.String())
		}
	}
	for _, want := range []string{"act:make", "letters of May", "act:invite", "act:revoke", "batches:[1]", "codes: not done"} {
		if !strings.Contains(record.String(), want) {
			t.Errorf("%s is not in the record:\n%s", want, record.String())
		}
	}
}

// storeless is a line whose store is away.
type storeless struct{ operator.Line }

func (storeless) Document(context.Context) (queue.Document, error) {
	return queue.Document{}, queue.ErrUnavailable
}

func TestBatchesAreListedWhileTheStoreIsAway(t *testing.T) {
	h, _ := withDoor(t)
	h.made(operator.CodesAsked{Group: "residents", Count: 2})
	service, err := operator.New(func() []operator.Room {
		return []operator.Room{{ID: "termine", Line: storeless{h.room}, Door: h.door, Backends: func() []operator.Backend { return nil }}}
	}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if info, err := service.Codes(h.as(staff), "termine"); err != nil || len(info.Batches) != 1 {
		t.Errorf("%+v, %v", info, err)
	}
}
