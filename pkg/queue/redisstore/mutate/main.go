// Command mutate measures the tests of the Redis store by mutation: it puts one fault at a time into the scripts
// (mutants*.go list them), runs the tests against the result and reports which of them noticed.
//
//	go run ./pkg/queue/redisstore/mutate [-only REGEXP of file:name] [-jobs N] [-all]
//
// It is run from the module's directory and changes no file there: the tests are built once, so that they read the scripts
// of a directory, and each fault gets one. A mutant is shown to the conformance suite (its slow scenarios last), then to the
// differential and then to the package's other tests, until one of them notices; with -all to each of the first two in any
// case. The exit code is 1 if a mutant survives that is not marked as equivalent, or if the tests fail without any.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"sync"
)

func main() {
	only := flag.String("only", "", "plant only mutants whose file:name matches this regular expression")
	jobs := flag.Int("jobs", runtime.GOMAXPROCS(0), "mutants that are tried at the same time")
	all := flag.Bool("all", false, "ask the differential also about mutants that the conformance suite has killed")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *only, *jobs, *all)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string, jobs int, all bool) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tests, err := newTester(ctx, dir)
	if err != nil {
		return err
	}
	if err := tests.measure(ctx); err != nil {
		return err
	}
	if whole := tests.try(ctx, mutant{name: "none"}, true); whole.err != nil || whole.killed() {
		return fmt.Errorf("the tests fail without a mutant: %+v", whole)
	}
	var chosen []mutant
	for _, m := range mutants() {
		if pattern.MatchString(m.file + ":" + m.name) {
			chosen = append(chosen, m)
		}
	}
	return report(chosen, tests.tryAll(ctx, chosen, max(1, jobs), all))
}

// tryAll tries the mutants, some at a time, and answers the outcomes in their order.
func (t *tester) tryAll(ctx context.Context, chosen []mutant, jobs int, all bool) []outcome {
	outcomes := make([]outcome, len(chosen))
	next := make(chan int)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for i := range next {
				outcomes[i] = t.try(ctx, chosen[i], all)
				fmt.Fprintf(os.Stderr, "%s: %s\n", chosen[i].name, outcomes[i].verdict(chosen[i]))
			}
		})
	}
	for i := range chosen {
		select {
		case next <- i:
		case <-ctx.Done():
			outcomes[i].err = ctx.Err()
		}
	}
	close(next)
	workers.Wait()
	return outcomes
}

// report prints the table.
func report(chosen []mutant, outcomes []outcome) error {
	fmt.Println("| mutant | fault | conformance | differential | other tests |")
	fmt.Println("|---|---|---|---|---|")
	killed, equivalent, failed := 0, 0, 0
	for i, o := range outcomes {
		m := chosen[i]
		fmt.Printf("| `%s` | %s | %s | %s | %s |\n", m.name, m.what, o.conformance, o.differential, o.others)
		switch {
		case o.err != nil:
			fmt.Fprintf(os.Stderr, "%s: %v\n", m.name, o.err)
			failed++
		case o.killed():
			killed++
		case m.equivalent != "":
			equivalent++
		default:
			failed++
		}
	}
	fmt.Printf("\n%d mutants, %d killed, %d equivalent, %d survived.\n", len(chosen), killed, equivalent, failed)
	if failed > 0 {
		return fmt.Errorf("%d mutants survived or could not be tried", failed)
	}
	return nil
}
