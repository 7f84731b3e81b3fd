//go:build long

package e2e

import (
	"bufio"
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

func TestEveryMetricMoves(t *testing.T) {
	t.Parallel()
	w := &metricsWatch{t: t, first: map[*harness.Gate]map[string]string{}, seen: map[string]bool{}, kinds: map[string]string{}}
	boundaryMoves(t, w)
	visitsMove(t, w)
	lotsMove(t, w)
	storeMoves(t, w)
	trialsMove(t, w)
	reloadsMove(t, w)
	w.check()
}

// unmoved are the series that this test does not move from outside, each with the reason and, where there is one, with the
// test that moves it. A pattern that matches no series fails the test, and so does a series that moves all the same, unless
// it is one that may.
var unmoved = []struct {
	series, reason string
	may            bool
}{
	{`einlass_build_info\{.*`, "always 1: its labels are what it says", false},
	{`einlass_panics_total`, "nobody can make a panic from outside; TestThePlaneIsCounted in cmd/gateway", false},
	{`einlass_certificate_(expiry_timestamp_seconds|refused_total)`, "there is no certificate; TestACertificateThatIsNotTakenIsCounted in cmd/gateway", false},
	{`einlass_log_lines_dropped_total`, "whether a line is the fourth of its kind within a minute; TestWhatRepeatsIsCountedAndNotWritten in cmd/gateway", true},
	{`einlass_faults_total\{fault="internal"\}`, "as the panics", false},
	{`einlass_(faults|connections_refused|admin_unauthorized)_total\{(fault|reason)="other"\}`, "a name outside its set; TestNoRequestCanMakeANewSeries", false},
	{`einlass_admin_unauthorized_total\{reason="role"\}`, "a token may do everything; TestEachRowIsForTheRolesThatItNames in internal/adminapi", false},
	{`einlass_audit_(waiting_entries|lost_entries_total)`, "the disk of these tests takes what is written; TestTheRecordOfActsMovesItsFigures in internal/metrics", false},
	{`einlass_door_codes_total\{result="[a-z]+",room="[^"]+"\}`, "these rooms are for everybody; TestThePageAtTheDoorSaysWhatIsWrongWithACode in internal/gateway", false},
	{`einlass_pace_held_back\{reason="[a-z]+",room="[^"]+"\}`, "the site of these tests is well; TestTheReasonForAPaceThatIsHeldBackIsNamed in internal/metrics", true},
	{`einlass_wait_promises_total\{result="[a-z]+",room="[^"]+"\}`, "a promise ends in a minute or later; TestPromisesAreCountedByWhatCameOfThem in internal/metrics", true},
	{`einlass_backend_in_flight_limit\{room="[^"]+"\}`, "it is at max_in_flight while the site has little to do; TestWhatHappenedIsCounted in internal/metrics", true},
	{`einlass_pace_factor\{room="[^"]+"\}`, "the site of these tests is well; TestTheReasonForAPaceThatIsHeldBackIsNamed in internal/metrics", true},
	{`einlass_pace_lost_ratio\{reason="[a-z]+",room="[^"]+"\}`, "which reasons there are is a matter of the moment; TestWhatBecameOfThePossibleEntriesIsShownByReason in internal/metrics", true},
	{`einlass_store_call.*verb="other".*`, "as the names outside their set", false},
	{`einlass_backend_requests_total\{.*outcome="stopped".*`, "only while the process ends, when nobody scrapes it any more; TestWithoutAPlaceNoAddressWasAsked", false},
	{`einlass_backend_requests_total\{address="",outcome="down".*`, "needs a health check that fails; TestWhatHappenedIsCounted in internal/metrics", false},
	{`einlass_backend_requests_total\{address="",outcome="client_gone".*`, "a client that leaves the queue, which this gateway has none of; TestWhatHappenedIsCounted", true},
	{`einlass_backend_requests_total\{address="\*",outcome="request_refused".*`, "a body that turns out to be broken on its way; TestAnErrorSaysWhoseFaultItWas in internal/proxy", true},
	{`einlass_store_calls_total\{outcome="(closed|conflict|format|invalid|lost|other|unavailable|unknown)",verb="(advance|claim|find|frame|join|keep|leave|move|renew|report|restore|reveal|settle)"\}`, "which call meets the fault is a matter of the moment; TestAWatchedStoreAnswersAsBeforeAndIsCounted has all of them", true},
}

// metricsWatch compares what gateways show to what they showed first.
type metricsWatch struct {
	t *testing.T
	// first is the value of each series of a gateway in its first scrape.
	first map[*harness.Gate]map[string]string
	seen  map[string]bool   // by series, with whether it has moved
	kinds map[string]string // of families, by name
}

// address is a label that differs from run to run.
var address = regexp.MustCompile(`address="[^"]+"`)

// look reads all series of a gateway. One that was not there at first was 0.
func (w *metricsWatch) look(gates ...*harness.Gate) {
	w.t.Helper()
	for _, g := range gates {
		now := w.scrape(g)
		first, known := w.first[g]
		if !known {
			first = now
			w.first[g] = now
		}
		for series, value := range now {
			name := address.ReplaceAllString(series, `address="*"`)
			before, there := first[series]
			w.seen[name] = w.seen[name] || there && value != before || !there && value != "0"
		}
	}
}

// scrape reads the text format of Prometheus as far as this gateway writes it.
func (w *metricsWatch) scrape(g *harness.Gate) map[string]string {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+g.Admin+"/metrics", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	all := map[string]string{}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		line := lines.Text()
		if fields := strings.Fields(line); strings.HasPrefix(line, "# TYPE einlass_") && len(fields) == 4 {
			w.kinds[fields[2]] = fields[3]
		}
		if i := strings.LastIndexByte(line, ' '); strings.HasPrefix(line, "einlass_") && !strings.Contains(line, "_bucket{") {
			all[line[:i]] = line[i+1:]
		}
	}
	if err := lines.Err(); err != nil || res.StatusCode != 200 || len(all) == 0 {
		w.t.Fatalf("%s, %d series, %v", res.Status, len(all), err)
	}
	return all
}

// has reports whether a series of a gateway is above 0 now.
func (w *metricsWatch) has(g *harness.Gate, series string) bool {
	w.t.Helper()
	for name, value := range w.scrape(g) {
		if address.ReplaceAllString(name, `address="*"`) == series {
			return value != "0"
		}
	}
	return false
}

// until waits for a series to rise above 0.
func (w *metricsWatch) until(g *harness.Gate, d time.Duration, series string) {
	w.t.Helper()
	until(w.t, d, series, func(context.Context) bool { return w.has(g, series) })
	w.look(g)
}

// check asserts that every family has moved, and of counters every series.
func (w *metricsWatch) check() {
	w.t.Helper()
	moved, used := map[string]bool{}, map[string]bool{}
	for _, series := range slices.Sorted(maps.Keys(w.seen)) {
		family, _, _ := strings.Cut(series, "{")
		for _, part := range []string{"_sum", "_count"} {
			if base := strings.TrimSuffix(family, part); w.kinds[base] == "histogram" {
				family = base
			}
		}
		reason, may := "", false
		for _, u := range unmoved {
			if regexp.MustCompile("^" + u.series + "$").MatchString(series) {
				reason, may, used[u.series] = u.reason, u.may, true
			}
		}
		switch {
		case w.seen[series] && reason != "" && !may:
			w.t.Errorf("%s has moved, so it does not belong into the list: %s", series, reason)
		case !w.seen[series] && reason == "" && w.kinds[family] != "gauge":
			w.t.Errorf("%s has not moved", series)
		}
		moved[family] = moved[family] || w.seen[series] || reason != ""
	}
	for family := range w.kinds {
		if !moved[family] {
			w.t.Errorf("nothing of %s has moved", family)
		}
	}
	for _, u := range unmoved {
		if !used[u.series] {
			w.t.Errorf("there is no series %s", u.series)
		}
	}
}
