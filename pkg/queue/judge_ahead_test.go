package queue

import "testing"

// A verdict is of the tick that is over, or newer than the one before; not newer than one of a time to come.
func TestAVerdictIsOfNoTimeToCome(t *testing.T) {
	const now = 360_000_000
	for before, want := range map[int64]int64{0: now - 1, now - 2: now - 1, now: now + 1, now + 1: now - 1, 1 << 52: now - 1} {
		r := &Room{}
		f := &Snapshot{Now: now*JudgeTick + judgeWait, Judgement: Verdict{Tick: before, Blob: joinJudged(1, "", "")}}
		if r.judgeTick(f); r.judge.verdict.Tick != want {
			t.Errorf("after one of %d: %d, want %d", before, r.judge.verdict.Tick, want)
		}
	}
}
