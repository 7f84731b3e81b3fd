package operator

import (
	"reflect"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

func TestTheReasonIsSaidWhenFewOfThePossibleEntriesWereUsed(t *testing.T) {
	lost := func(l queue.Loss, n float64) (all [queue.Losses]float64) {
		all[l] = n
		return all
	}
	for _, tt := range []struct {
		seen queue.Usage
		want Usage
	}{
		{queue.Usage{}, Usage{}},
		{queue.Usage{Possible: 0.5, Lost: lost(queue.LossFull, 0.5)}, Usage{Possible: 0.5, Lost: map[string]float64{"full": 0.5}}},
		{queue.Usage{Possible: 300.04, Used: 299.96}, Usage{Possible: 300, Used: 300}},
		{queue.Usage{Possible: 300, Used: 280, Lost: lost(queue.LossTurns, 20)}, Usage{Possible: 300, Used: 280, Lost: map[string]float64{"turns": 20}}},
		{queue.Usage{Possible: 300, Used: 60, Lost: lost(queue.LossFull, 240)}, Usage{
			Possible: 300, Used: 60, Lost: map[string]float64{"full": 240}, Words: "the room was full: 20 % of 300 possible entries used in ten minutes",
		}},
	} {
		if got := usageOf(&queue.View{Usage: tt.seen}); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%+v, want %+v", got, tt.want)
		}
	}
	said := map[string]queue.Loss{}
	for l := range queue.Losses {
		why := whyLost(l)
		if other, twice := said[why]; twice || why == "" {
			t.Errorf("%v and %v are said alike: %q", l, other, why)
		}
		said[why] = l
	}
}
