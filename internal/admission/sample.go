package admission

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Buckets is how many classes of times and of ratios a Sample has.
const Buckets = 32

// MaxCount bounds each count of a Sample; Encode cuts off what is above.
const MaxCount = 1<<40 - 1

// ratioShift is the bucket of Ratio that begins at 1.
const ratioShift = 8

// Sample is what one process saw of one site in one tick, or what several saw. A row weighs each answer with its Weight, so that ten
// quick files of a page do not hide that the page is slow.
type Sample struct {
	// Requests were answered or should have been. Failed are those of them that ended with a 5xx, a reset or a time-out, as far as
	// no visitor could choose that.
	Requests, Failed int64
	// Files are those of Requests that were for files, FailedFiles those of them that failed.
	Files, FailedFiles int64
	// Up: an answer came, or a health check passed at an address. Down: the health check fails at every address, or every attempt to
	// connect failed. Neither: nobody knows.
	Up, Down bool
	// Ratio counts the weight of answers by their time divided by the usual time of their kind. Bucket i holds [2^((i-8)/2), 2^((i-7)/2)); the
	// first and the last one are open to their side.
	Ratio [Buckets]int64
	// Took counts the weight of the same answers by their time, the wait in the proxy's queue included. Bucket i holds
	// [2^(i/2), 2^((i+1)/2)) ms; the first and the last one are open to their side.
	Took [Buckets]int64
	// Usual counts the weight of the same answers by the usual time of their kind, in the buckets of Took.
	Usual [Buckets]int64
	// Squares is the sum of the squares of these weights.
	Squares int64
	// Slow has a bit for each network that had an answer which took more than twice what is usual; some networks share one.
	Slow uint64
}

// heaviest bounds the weight of an answer: a few of a very slow kind must not speak for all.
const heaviest = time.Second

// Weight is what an answer weighs whose kind usually takes so long: the milliseconds, from 1 to 1,000.
func Weight(usual time.Duration) int64 {
	return max(1, min(usual, heaviest).Milliseconds())
}

// Take counts an answer that took so long, of a kind that usually takes so long.
func (s *Sample) Take(took, usual time.Duration) {
	w := Weight(usual)
	s.Ratio[RatioBucket(took, usual)] += w
	s.Took[TookBucket(took)] += w
	s.Usual[TookBucket(usual)] += w
	s.Squares += w * w
}

// Answers is how many answers of one weight would say as much as those in the rows do: as many as there are if all weigh the same.
func (s *Sample) Answers() float64 { return answersIn(&s.Ratio, s.Squares) }

// answersIn is the square of the sum of weights by the sum of their squares (L. Kish, "Survey Sampling", 1965).
func answersIn(row *[Buckets]int64, squares int64) float64 {
	if squares <= 0 {
		return 0
	}
	var sum float64
	for _, n := range row {
		sum += float64(n)
	}
	return sum * sum / float64(squares)
}

// RatioBucket is the bucket of Ratio for a time and a usual time, both above 0.
func RatioBucket(took, usual time.Duration) int {
	r := float64(took) / float64(usual)
	return bucket(r*r, ratioShift)
}

// TookBucket is the bucket of Took and Usual for a time.
func TookBucket(took time.Duration) int {
	ms := float64(took) / float64(time.Millisecond)
	return bucket(ms*ms, 0)
}

// bucket finds floor(log2(squared)) + shift, which is exact at the edges: half steps of the exponent are whole ones of the square.
func bucket(squared float64, shift int) int {
	if !(squared > 0) {
		return 0
	}
	return min(max(math.Ilogb(squared)+shift, 0), Buckets-1)
}

// Add adds what another process saw. The site is down if somebody says so and nobody saw it up: one gateway that cannot reach a site which
// others reach has a network of its own, and one that has asked nothing has nothing to say.
func (s *Sample) Add(other *Sample) {
	s.Up = s.Up || other.Up
	s.Down = (s.Down || other.Down) && !s.Up
	s.Requests += other.Requests
	s.Failed += other.Failed
	s.Files += other.Files
	s.FailedFiles += other.FailedFiles
	for i := range s.Ratio {
		s.Ratio[i] += other.Ratio[i]
		s.Took[i] += other.Took[i]
		s.Usual[i] += other.Usual[i]
	}
	s.Squares += other.Squares
	s.Slow |= other.Slow
}

// sampleFormat begins the text of a Sample. A release that changes what the fields mean changes it too; one that only adds
// fields puts them behind.
const (
	sampleFormat = "2"
	sampleFields = 11
)

// Encode writes the sample as text of less than 1,200 bytes in visible ASCII and single spaces: format, requests, failed, files, failed
// files, "u" (up), "d" (down) or "-", the three rows, squares, and slow in base 36. Counts are in base 36. A row begins with the
// index of its first bucket that is not empty; a count of 0 within it is left out; an empty row is "-".
func (s *Sample) Encode() string {
	b := make([]byte, 0, 160)
	b = append(b, sampleFormat...)
	for _, n := range []int64{s.Requests, s.Failed, s.Files, s.FailedFiles} {
		b = appendCount(append(b, ' '), n)
	}
	switch {
	case s.Up:
		b = append(b, " u"...)
	case s.Down:
		b = append(b, " d"...)
	default:
		b = append(b, " -"...)
	}
	for _, row := range []*[Buckets]int64{&s.Ratio, &s.Took, &s.Usual} {
		b = appendRow(append(b, ' '), row)
	}
	b = appendCount(append(b, ' '), s.Squares)
	return string(strconv.AppendUint(append(b, ' '), s.Slow, 36))
}

func appendCount(b []byte, n int64) []byte {
	return strconv.AppendInt(b, min(max(n, 0), MaxCount), 36)
}

func appendRow(b []byte, row *[Buckets]int64) []byte {
	first, end := 0, Buckets
	for end > 0 && row[end-1] <= 0 {
		end--
	}
	if end == 0 {
		return append(b, '-')
	}
	for row[first] <= 0 {
		first++
	}
	b = strconv.AppendInt(b, int64(first), 10)
	sep := byte(':')
	for _, n := range row[first:end] {
		b = append(b, sep)
		if n > 0 {
			b = appendCount(b, n)
		}
		sep = ','
	}
	return b
}

// ErrSample: a text is no sample that this release can read.
var ErrSample = errors.New("admission: no sample")

// maxSampleText is the length of the longest text that is looked at.
const maxSampleText = 2 << 10

// DecodeSample reads what Encode wrote, here or in a release that puts further fields behind. Anything else is ErrSample.
func DecodeSample(text string) (Sample, error) {
	var s Sample
	f := strings.Split(text[:min(len(text), maxSampleText+1)], " ")
	if len(text) > maxSampleText || len(f) < sampleFields || f[0] != sampleFormat {
		return Sample{}, fmt.Errorf("%w: unknown format", ErrSample)
	}
	for i, n := range []*int64{&s.Requests, &s.Failed, &s.Files, &s.FailedFiles} {
		var ok bool
		if *n, ok = readCount(f[1+i]); !ok {
			return Sample{}, fmt.Errorf("%w: count %d", ErrSample, i)
		}
	}
	s.Up, s.Down = f[5] == "u", f[5] == "d"
	if !s.Up && !s.Down && f[5] != "-" || s.Failed > s.Requests || s.Files > s.Requests || s.FailedFiles > min(s.Files, s.Failed) {
		return Sample{}, fmt.Errorf("%w: counts", ErrSample)
	}
	for i, row := range []*[Buckets]int64{&s.Ratio, &s.Took, &s.Usual} {
		if !readRow(f[6+i], row) {
			return Sample{}, fmt.Errorf("%w: row %d", ErrSample, i)
		}
	}
	var ok bool
	var err error
	if s.Squares, ok = readCount(f[9]); !ok {
		return Sample{}, fmt.Errorf("%w: squares", ErrSample)
	}
	if s.Slow, err = strconv.ParseUint(f[10], 36, 64); err != nil {
		return Sample{}, fmt.Errorf("%w: networks", ErrSample)
	}
	return s, nil
}

func readCount(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 36, 64)
	return n, err == nil && n >= 0 && n <= MaxCount
}

func readRow(text string, row *[Buckets]int64) bool {
	if text == "-" {
		return true
	}
	begin, rest, found := strings.Cut(text, ":")
	at, err := strconv.Atoi(begin)
	if !found || err != nil || at < 0 {
		return false
	}
	for more := true; more; at++ {
		var one string
		if one, rest, more = strings.Cut(rest, ","); at >= Buckets {
			return false
		}
		var ok bool
		if row[at], ok = readCount(one); !ok && one != "" {
			return false
		}
	}
	return true
}

// median is the place of the median in a row, in buckets from the begin of the first.
func median(row *[Buckets]int64) (at float64, ok bool) {
	var all, below int64
	for _, n := range row {
		all += n
	}
	for i, n := range row {
		if n > 0 && 2*(below+n) >= all {
			return float64(i) + (float64(all)/2-float64(below))/float64(n), true
		}
		below += n
	}
	return 0, false
}
