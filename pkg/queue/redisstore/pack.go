package redisstore

import (
	"encoding/binary"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// A batch goes to Redis as one string of fixed-size records: one argument is parsed several times faster than 512.

// check validates a batch.
func check[T any](batch []T, validate func(*T) error) error {
	if len(batch) < 1 || len(batch) > queue.MaxBatch {
		return fmt.Errorf("batch of %d entries: want 1 to %d: %w", len(batch), queue.MaxBatch, queue.ErrInvalid)
	}
	for i := range batch {
		if err := validate(&batch[i]); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return nil
}

func checkPlace(p *queue.Place) error {
	if !p.Valid() {
		return fmt.Errorf("place %d of epoch %d: %w", p.Number, p.Epoch, queue.ErrInvalid)
	}
	return nil
}

func checkVisitor(id *queue.VisitorID) error {
	if *id == (queue.VisitorID{}) {
		return fmt.Errorf("no id: %w", queue.ErrInvalid)
	}
	return nil
}

func packVisitors(ids []queue.VisitorID) []byte {
	batch := make([]byte, 0, 16*len(ids))
	for i := range ids {
		batch = append(batch, ids[i][:]...)
	}
	return batch
}

// packCodes is empty if no entry has a code.
func packCodes[T any](entries []T, code func(*T) (queue.Code, uint8)) (batch []byte) {
	for i := range entries {
		if c, _ := code(&entries[i]); c != (queue.Code{}) {
			for j := range entries {
				c, uses := code(&entries[j])
				batch = append(append(batch, c[:]...), uses)
			}
			return batch
		}
	}
	return nil
}

func packArrivals(arrivals []queue.Arrival) (batch, codes []byte) {
	batch = make([]byte, 0, 17*len(arrivals))
	for i := range arrivals {
		batch = append(append(batch, arrivals[i].Visitor[:]...), arrivals[i].Lane)
	}
	return batch, packCodes(arrivals, func(a *queue.Arrival) (queue.Code, uint8) { return a.Code, a.Uses })
}

func appendPlace(batch []byte, p *queue.Place) []byte {
	batch = append(batch, p.Visitor[:]...)
	batch = binary.BigEndian.AppendUint32(batch, uint32(p.Epoch))
	batch = binary.BigEndian.AppendUint64(batch, p.Number)
	batch = binary.BigEndian.AppendUint64(batch, uint64(p.Order))
	return append(batch, p.Lane)
}

func packBeats(beats []queue.Beat) (batch, codes []byte) {
	batch = make([]byte, 0, 38*len(beats))
	for i := range beats {
		batch = append(appendPlace(batch, &beats[i].Place), byte(flag(beats[i].Away)))
	}
	return batch, packCodes(beats, func(b *queue.Beat) (queue.Code, uint8) { return b.Code, b.Uses })
}

func packPlaces(places []queue.Place) []byte {
	batch := make([]byte, 0, 37*len(places))
	for i := range places {
		batch = appendPlace(batch, &places[i])
	}
	return batch
}

func packStays(stays []queue.Stay) []byte {
	batch := make([]byte, 0, 32*len(stays))
	for _, st := range stays {
		batch = append(batch, st.Visitor[:]...)
		batch = binary.BigEndian.AppendUint64(batch, uint64(st.Started))
		batch = binary.BigEndian.AppendUint64(batch, uint64(st.At))
	}
	return batch
}

func packOutcomes(outcomes []queue.Outcome) []byte {
	batch := make([]byte, 0, 37*len(outcomes))
	for _, o := range outcomes {
		batch = append(append(batch, o.Visitor[:]...), byte(o.Kind))
		batch = binary.BigEndian.AppendUint32(batch, uint32(o.Count))
		batch = append(batch, o.Ref[:]...)
	}
	return batch
}
