package queue

import (
	"strconv"
	"strings"
)

// judge is what a process does towards the judgements of its room: it sends what it saw in each tick, and judges a tick when
// the samples of the others are there. Only Tick touches it.
type judge struct {
	sampled int64   // the newest tick of which a sample was sent
	verdict Verdict // to be sent; Tick 0: none
	known   string  // the text of the last one that was in force, for a store that has lost the room
	factor  int64   // of that one
}

// judgeWait is how long a tick must be over before it is judged without the samples of gateways that are late, in ms.
const judgeWait = 1500

// judgedFormat begins the text of a judgement, and of a sample. A later release that changes the parts changes it too.
const judgedFormat = "1"

// joinJudged makes one text of the tick that it is about, the part about the wait and the part about the site's health.
func joinJudged(tick int64, wait, health string) string {
	return judgedFormat + " " + strconv.FormatInt(tick, 10) + "\n" + wait + "\n" + health
}

// splitJudged takes such a text apart. A text of another release has no parts.
func splitJudged(text string) (tick int64, wait, health string) {
	head, rest, _ := strings.Cut(text, "\n")
	format, number, _ := strings.Cut(head, " ")
	tick, err := strconv.ParseInt(number, 10, 64)
	if format != judgedFormat || err != nil || tick < 0 {
		return 0, "", ""
	}
	wait, health, _ = strings.Cut(rest, "\n")
	return tick, wait, health
}

// toSend is the sample of the tick that is over, and the verdict that this process has made.
func (r *Room) toSend() (s Sample, v Verdict) {
	if !r.view.Load().Known {
		return s, v
	}
	if tick := r.storeNow()/JudgeTick - 1; tick != r.judge.sampled {
		var health string
		if r.cfg.Health != nil {
			health = r.cfg.Health.Sample(tick)
		}
		s = Sample{Tick: tick, Blob: joinJudged(tick, r.wait.sample(tick), health)}
	}
	return s, r.judge.verdict
}

// sent notes that the store has taken a sample and a verdict.
func (j *judge) sent(s *Sample) {
	if s.Tick != 0 {
		j.sampled = s.Tick
	}
	j.verdict = Verdict{}
}

// judgeTick judges the tick that is over, if nobody has yet.
func (r *Room) judgeTick(f *Snapshot) {
	j := &r.judge
	if f.Judgement.Blob != "" {
		j.known, j.factor = f.Judgement.Blob, f.Judgement.Factor
	}
	tick := f.Now/JudgeTick - 1
	last, wait, health := splitJudged(j.known)
	if last > tick {
		last = 0 // the store's clock was set back
	}
	if last == tick || f.Now%JudgeTick < judgeWait && !allSampled(f, tick) {
		if f.Judgement.Blob == "" && last > 0 && j.verdict.Tick == 0 {
			// The store has lost it. Until the next one it would call as if the site were well.
			j.verdict = Verdict{Tick: last, Factor: j.factor, Blob: j.known}
		}
		return
	}
	in := HealthInput{Tick: tick, Last: last, Before: health, Document: &f.Document, Opening: &f.Opening}
	var waits []string
	for _, s := range f.Samples {
		if s.Tick != tick {
			continue
		}
		_, w, h := splitJudged(s.Blob)
		waits = append(waits, w)
		if h != "" {
			in.Samples = append(in.Samples, h)
		}
	}
	v := HealthVerdict{Factor: 1000}
	if r.cfg.Health != nil {
		v = r.cfg.Health.Judge(in)
	}
	// The store takes what is newer than what it has, which may be of the tick that has just begun.
	newer := tick
	if f.Judgement.Tick <= f.Now/JudgeTick {
		newer = max(tick, f.Judgement.Tick+1)
	}
	j.verdict = Verdict{
		Tick:   newer,
		Factor: min(1000, max(0, v.Factor)), Blob: joinJudged(tick, r.wait.judge(wait, waits), v.Text),
	}
	if j.verdict.Validate() != nil {
		j.verdict = Verdict{} // the store would refuse the tick with it
	}
}

// allSampled reports whether each gateway has sent what it saw in the tick.
func allSampled(f *Snapshot, tick int64) bool {
	var n int64
	for _, s := range f.Samples {
		if s.Tick >= tick {
			n++
		}
	}
	return n > 0 && n >= f.Gateways
}

// HealthText is the Text of the judgement on the site's health that is in force; empty: there is none.
func (f *Snapshot) HealthText() string {
	_, _, health := splitJudged(f.Judgement.Blob)
	return health
}
