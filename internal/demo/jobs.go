package demo

// job is one request inside a Capacity.
type job struct {
	id     uint64
	work   float64 // units
	target float64 // attained work at which it is done; set when service starts
}

// inService is a heap of jobs by target (container/heap), ties by arrival.
type inService []job

func (s inService) Len() int { return len(s) }

func (s inService) Less(i, j int) bool {
	if s[i].target != s[j].target {
		return s[i].target < s[j].target
	}
	return s[i].id < s[j].id
}

func (s inService) Swap(i, j int) { s[i], s[j] = s[j], s[i] }

// Push implements heap.Interface.
func (s *inService) Push(x any) { *s = append(*s, x.(job)) }

// Pop implements heap.Interface.
func (s *inService) Pop() any {
	old := *s
	last := old[len(old)-1]
	*s = old[:len(old)-1]
	return last
}

// fifo is a first-in first-out list of jobs that reuses its memory.
type fifo struct {
	jobs []job
	head int
}

func (f *fifo) len() int { return len(f.jobs) - f.head }

func (f *fifo) push(j job) {
	if f.head > 0 && f.head*2 >= len(f.jobs) {
		f.jobs = f.jobs[:copy(f.jobs, f.jobs[f.head:])]
		f.head = 0
	}
	f.jobs = append(f.jobs, j)
}

func (f *fifo) pop() job {
	j := f.jobs[f.head]
	f.head++
	return j
}
