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

// Sample is what one process saw of one site in one tick, or what several saw.
type Sample struct {
	// Requests were answered or should have been. Failed are those of them that ended with a 5xx, a reset or a time-out, as far as
	// no visitor could choose that.
	Requests, Failed int64
	// Down: the health check fails at every address, or every attempt to connect failed.
	Down bool
	// Ratio counts answers by their time divided by the usual time of their kind. Bucket i holds [2^((i-8)/2), 2^((i-7)/2)); the
	// first and the last one are open to their side.
	Ratio [Buckets]int64
	// Took counts the same answers by their time, the wait in the proxy's queue included. Bucket i holds
	// [2^(i/2), 2^((i+1)/2)) ms; the first and the last one are open to their side.
	Took [Buckets]int64
	// Usual counts the same answers by the usual time of their kind, in the buckets of Took.
	Usual [Buckets]int64
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

// Add adds what another process saw. Down stays only if nobody who asked the site got an answer from it: one gateway that
// cannot reach a site which others reach has a network of its own.
func (s *Sample) Add(other *Sample) {
	s.Down = (s.Down || other.Down) && (s.Down || s.Requests == 0) && (other.Down || other.Requests == 0)
	s.Requests += other.Requests
	s.Failed += other.Failed
	for i := range s.Ratio {
		s.Ratio[i] += other.Ratio[i]
		s.Took[i] += other.Took[i]
		s.Usual[i] += other.Usual[i]
	}
}

// sampleFormat begins the text of a Sample. A release that changes what the fields mean changes it too; one that only adds
// fields puts them behind.
const sampleFormat = "1"

// Encode writes the sample as text of less than 1,000 bytes in visible ASCII and single spaces: format, requests, failed, down
// (0 or 1), and the three rows of buckets. Counts are in base 36. A row begins with the index of its first bucket that is not
// empty; a count of 0 within it is left out; an empty row is "-".
func (s *Sample) Encode() string {
	b := make([]byte, 0, 128)
	b = append(b, sampleFormat...)
	b = appendCount(append(b, ' '), s.Requests)
	b = appendCount(append(b, ' '), s.Failed)
	if s.Down {
		b = append(b, " 1"...)
	} else {
		b = append(b, " 0"...)
	}
	for _, row := range []*[Buckets]int64{&s.Ratio, &s.Took, &s.Usual} {
		b = appendRow(append(b, ' '), row)
	}
	return string(b)
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
	if len(text) > maxSampleText || len(f) < 7 || f[0] != sampleFormat {
		return Sample{}, fmt.Errorf("%w: unknown format", ErrSample)
	}
	var ok [3]bool
	s.Requests, ok[0] = readCount(f[1])
	s.Failed, ok[1] = readCount(f[2])
	s.Down, ok[2] = f[3] == "1", f[3] == "0" || f[3] == "1"
	if ok != [3]bool{true, true, true} || s.Failed > s.Requests {
		return Sample{}, fmt.Errorf("%w: counts", ErrSample)
	}
	for i, row := range []*[Buckets]int64{&s.Ratio, &s.Took, &s.Usual} {
		if !readRow(f[4+i], row) {
			return Sample{}, fmt.Errorf("%w: row %d", ErrSample, i)
		}
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
