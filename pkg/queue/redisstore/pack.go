package redisstore

import (
	"encoding/binary"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// A batch goes to Redis as one string of fixed-size records: one argument is parsed several times faster than 512.

func checkBatch(n int) error {
	if n < 1 || n > queue.MaxBatch {
		return fmt.Errorf("batch of %d entries: want 1 to %d: %w", n, queue.MaxBatch, queue.ErrInvalid)
	}
	return nil
}

func checkPlace(p queue.Place) error {
	if !p.Valid() {
		return fmt.Errorf("place %d of epoch %d: %w", p.Number, p.Epoch, queue.ErrInvalid)
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

func appendPlace(batch []byte, p queue.Place) []byte {
	batch = append(batch, p.Visitor[:]...)
	batch = binary.BigEndian.AppendUint32(batch, uint32(p.Epoch))
	return binary.BigEndian.AppendUint64(batch, p.Number)
}

func packBeats(beats []queue.Beat) ([]byte, error) {
	batch := make([]byte, 0, 29*len(beats))
	for _, b := range beats {
		if err := checkPlace(b.Place); err != nil {
			return nil, err
		}
		away := byte('0')
		if b.Away {
			away = '1'
		}
		batch = append(appendPlace(batch, b.Place), away)
	}
	return batch, nil
}

func packPlaces(places []queue.Place) ([]byte, error) {
	batch := make([]byte, 0, 28*len(places))
	for _, p := range places {
		if err := checkPlace(p); err != nil {
			return nil, err
		}
		batch = appendPlace(batch, p)
	}
	return batch, nil
}

func packStays(stays []queue.Stay) []byte {
	batch := make([]byte, 0, 24*len(stays))
	for _, st := range stays {
		batch = append(batch, st.Visitor[:]...)
		// A double holds it exactly up to 2^53, which is the year 287396.
		batch = binary.BigEndian.AppendUint64(batch, uint64(min(max(0, st.Cap), 1<<53)))
	}
	return batch
}

func packControl(c queue.Control) []any {
	return []any{c.Version, string(c.Mode), c.Pace.Rate, c.Pace.MaxInside, c.Pace.Burst, c.Message, c.ValuesHash, c.Notes}
}
