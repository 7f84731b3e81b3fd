package door

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Batch is what one printing of codes has in common. Of a batch that was printed, only Revoked and Singles ever change.
type Batch struct {
	ID  uint16 `json:"i"` // 1 to MaxBatchID
	Kid string `json:"k"` // the key of the ring that makes its codes
	// Made is when it was made. It is part of the codes, so that a batch that gets the id of one that was removed has codes of its own.
	Made    int64    `json:"m"`
	Group   string   `json:"g"`
	Uses    uint8    `json:"u"`           // how many visitors may use a code, 1 to MaxUses
	Count   uint32   `json:"n"`           // 1 to MaxCount; serials begin with 0
	From    int64    `json:"f,omitempty"` // 0: at once
	Until   int64    `json:"t,omitempty"` // 0: without an end
	Revoked bool     `json:"r,omitempty"`
	Singles []uint32 `json:"s,omitempty"` // serials that are revoked, in order
}

// Bounds of batches.
const (
	MaxBatchID = 1<<batchBits - 1
	MaxCount   = 1 << serialBits
	MaxUses    = 16
	// MaxBatches and MaxSingles are how many batches, and single codes that were revoked, one room has.
	MaxBatches = 64
	MaxSingles = 512
	// MaxBatchesText bounds what Encode writes, in bytes: the settings of a document hold more than the batches.
	MaxBatchesText = 8 << 10
	// maxKid and maxGroup are those of keyrings and schedules.
	maxKid   = 32
	maxGroup = 32
)

// ErrBatches means that batches are not as they must be.
var ErrBatches = errors.New("batches of codes")

// Batches are those of one room, in order of their ids.
type Batches []Batch

// ParseBatches reads what Encode wrote; an empty text has none. ErrBatches: they are not as they must be.
func ParseBatches(text string) (Batches, error) {
	if text == "" {
		return nil, nil
	}
	var b Batches
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBatches, err)
	}
	return b, b.Check()
}

// Encode is the text of batches, empty for none.
func (b Batches) Encode() string {
	if len(b) == 0 {
		return ""
	}
	text, err := json.Marshal(b)
	if err != nil {
		panic(fmt.Sprintf("door: batches cannot be encoded: %v", err)) // numbers and texts always can
	}
	return string(text)
}

// Check joins all that is wrong, under ErrBatches.
func (b Batches) Check() error {
	var bad []error
	singles := 0
	for i := range b {
		for _, err := range b[i].check() {
			bad = append(bad, fmt.Errorf("batch %d: %w", b[i].ID, err))
		}
		if i > 0 && b[i].ID <= b[i-1].ID {
			bad = append(bad, fmt.Errorf("batch %d stands behind batch %d", b[i].ID, b[i-1].ID))
		}
		singles += len(b[i].Singles)
	}
	if len(b) > MaxBatches {
		bad = append(bad, fmt.Errorf("%d of them: want at most %d; remove those that are over", len(b), MaxBatches))
	}
	if singles > MaxSingles {
		bad = append(bad, fmt.Errorf("%d single codes are revoked: want at most %d; revoke their batch, or remove batches that are over", singles, MaxSingles))
	}
	if n := len(b.Encode()); n > MaxBatchesText {
		bad = append(bad, fmt.Errorf("%d bytes: want at most %d; remove those that are over", n, MaxBatchesText))
	}
	if len(bad) > 0 {
		return fmt.Errorf("%w: %w", ErrBatches, errors.Join(bad...))
	}
	return nil
}

func (b *Batch) check() (bad []error) {
	unless := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Errorf(format, args...))
		}
	}
	unless(b.ID >= 1 && b.ID <= MaxBatchID, "id: want 1 to %d", MaxBatchID)
	unless(b.Kid != "" && len(b.Kid) <= maxKid, "key %q: want 1 to %d bytes", b.Kid, maxKid)
	unless(b.Made > 0, "made at %d: want a time", b.Made)
	unless(b.Group != "" && len(b.Group) <= maxGroup, "group %q: want 1 to %d bytes", b.Group, maxGroup)
	unless(b.Uses >= 1 && b.Uses <= MaxUses, "uses %d: want 1 to %d", b.Uses, MaxUses)
	unless(b.Count >= 1 && b.Count <= MaxCount, "count %d: want 1 to %d", b.Count, MaxCount)
	unless(b.From >= 0 && b.Until >= 0, "from %d, until %d: want times, or 0", b.From, b.Until)
	unless(b.Until == 0 || b.Until > b.From, "until %d: want a time after from, %d", b.Until, b.From)
	for i, s := range b.Singles {
		unless(s < b.Count, "revoked serial %d: there are %d codes", s, b.Count)
		unless(i == 0 || s > b.Singles[i-1], "revoked serial %d stands behind %d", s, b.Singles[max(i-1, 0)])
	}
	return bad
}

// Find is the batch of an id, or nil.
func (b Batches) Find(id uint16) *Batch {
	i, ok := b.search(id)
	if !ok {
		return nil
	}
	return &b[i]
}

func (b Batches) search(id uint16) (int, bool) {
	return slices.BinarySearchFunc(b, id, func(b Batch, id uint16) int { return int(b.ID) - int(id) })
}

// Add gives a batch the next id and adds it: the one after the highest, and those of removed batches only when there is none above.
func (b Batches) Add(batch Batch) (Batches, uint16, error) {
	if len(b) >= MaxBatches {
		return b, 0, fmt.Errorf("%w: the room has %d, which is the most; remove those that are over", ErrBatches, len(b))
	}
	batch.ID = 1
	if n := len(b); n > 0 && b[n-1].ID < MaxBatchID {
		batch.ID = b[n-1].ID + 1
	} else {
		for b.Find(batch.ID) != nil {
			batch.ID++
		}
	}
	i, _ := b.search(batch.ID)
	added := slices.Insert(slices.Clone(b), i, batch)
	if err := added.Check(); err != nil {
		return b, 0, err
	}
	return added, batch.ID, nil
}

// Restore puts a batch back as it was. One that is there stays as it is, if it is the same one.
func (b Batches) Restore(batch Batch) (Batches, error) {
	i, there := b.search(batch.ID)
	if !there {
		restored := slices.Insert(slices.Clone(b), i, batch)
		if err := restored.Check(); err != nil {
			return b, err
		}
		return restored, nil
	}
	if is := &b[i]; is.Kid != batch.Kid || is.Made != batch.Made || is.Group != batch.Group || is.Count != batch.Count || is.Uses != batch.Uses {
		return b, fmt.Errorf("%w: there is another batch %d", ErrBatches, batch.ID)
	}
	return b, nil
}

// Revoke notes that a batch, or of serials that are given those alone, does not count any more. What is revoked already stays so.
func (b Batches) Revoke(id uint16, serials ...uint32) (Batches, error) {
	i, ok := b.search(id)
	if !ok {
		return b, fmt.Errorf("%w: there is no batch %d", ErrBatches, id)
	}
	changed := slices.Clone(b)
	batch := &changed[i]
	if len(serials) == 0 {
		batch.Revoked, batch.Singles = true, nil // a batch that is revoked makes room
		return changed, nil
	}
	batch.Singles = slices.Concat(batch.Singles, serials)
	slices.Sort(batch.Singles)
	batch.Singles = slices.Compact(batch.Singles)
	if err := changed.Check(); err != nil {
		return b, err
	}
	return changed, nil
}

// Remove takes a batch away that counts no more: it is revoked, or over at now.
func (b Batches) Remove(id uint16, now int64) (Batches, error) {
	i, ok := b.search(id)
	if !ok {
		return b, fmt.Errorf("%w: there is no batch %d", ErrBatches, id)
	}
	if !b[i].Revoked && !b[i].over(now) {
		return b, fmt.Errorf("%w: batch %d is in force; revoke it first", ErrBatches, id)
	}
	if now <= b[i].Made {
		// Another one would get its id and its time, and so its codes.
		return b, fmt.Errorf("%w: batch %d has just been made; try again in a second", ErrBatches, id)
	}
	return slices.Delete(slices.Clone(b), i, i+1), nil
}

func (b *Batch) over(now int64) bool { return b.Until != 0 && now >= b.Until }

// State is whether its codes count at a time: nil, ErrRevoked, ErrNotYet or ErrExpired.
func (b *Batch) State(now int64) error {
	switch {
	case b.Revoked:
		return ErrRevoked
	case b.over(now):
		return ErrExpired
	case now < b.From:
		return ErrNotYet
	}
	return nil
}
