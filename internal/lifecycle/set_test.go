package lifecycle

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// inGroup runs a set in a group, and returns how to stop it and what Run said.
func inGroup(t *testing.T, s *Set, around ...Service) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	g := group(t, Config{}, append(around, s.Service("rooms"))...)
	go func() { result <- g.Run(ctx) }()
	synctest.Wait()
	return func() error { cancel(); return <-result }
}

func set(t *testing.T) *Set {
	t.Helper()
	s, err := NewSet(Config{StopTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (d *diary) joins(t *testing.T, s *Set, name string) *Member {
	t.Helper()
	m, err := s.Join(t.Context(), d.service(name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMembersJoinAndLeaveWhileTheGroupRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s := set(t)
		a := d.joins(t, s, "a")
		stop := inGroup(t, s, d.service("store"))
		b, c := d.joins(t, s, "b"), d.joins(t, s, "c")
		d.joins(t, s, "e")
		<-s.Leave(func(context.Context) { d.add("drained") }, c, b)
		if got := d.String(); got != "+a +store +b +c +e drained -c .c -b .b" {
			t.Errorf("course: %s", got)
		}
		<-s.Leave(func(context.Context) { t.Error("drained twice") }, b)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if got, want := d.String(), "-e .e -a .a -store .store"; !strings.HasSuffix(got, "-b .b "+want) {
			t.Errorf("course: %s", got)
		}
		if _, err := s.Join(t.Context(), d.service("late")); !errors.Is(err, ErrStopping) {
			t.Errorf("joined a set that has stopped: %v", err)
		}
		<-s.Leave(func(context.Context) { t.Error("drained after the stop") }, a)
	})
}

func TestADrainHasOneTimeLimitAndTheStopAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s := set(t)
		slow := d.service("slow")
		slow.Stop = func(ctx context.Context) error {
			if err := ctx.Err(); err != nil {
				t.Errorf("no time is left for the stop: %v", err)
			}
			return nil
		}
		m, err := s.Join(t.Context(), slow)
		if err != nil {
			t.Fatal(err)
		}
		stop := inGroup(t, s)
		began := time.Now()
		<-s.Leave(func(ctx context.Context) { <-ctx.Done() }, m)
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("drained for %v", took)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestAMemberThatEndsByItselfStopsTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s := set(t)
		result := make(chan error, 1)
		go func() { result <- group(t, Config{}, d.service("store"), s.Service("rooms")).Run(t.Context()) }()
		synctest.Wait()
		d.joins(t, s, "a")
		bad := d.service("b")
		bad.Run = func(context.Context) error { return errBroken }
		if _, err := s.Join(t.Context(), bad); err != nil {
			t.Fatal(err)
		}
		if err := <-result; !errors.Is(err, errBroken) || strings.Count(err.Error(), "run b: ") != 1 {
			t.Errorf("Run says %v", err)
		}
		if got := d.String(); got != "+store +a +b -b -a .a -store .store" {
			t.Errorf("course: %s", got)
		}
	})
}

func TestAMemberThatLeavesBadlyDoesNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s := set(t)
		d.joins(t, s, "a")
		bad := d.service("b")
		bad.Run = func(ctx context.Context) error { <-ctx.Done(); return errBroken }
		m, err := s.Join(t.Context(), bad)
		if err != nil {
			t.Fatal(err)
		}
		stop := inGroup(t, s)
		<-s.Leave(func(context.Context) {}, m)
		synctest.Wait()
		if got := d.String(); got != "+a +b -b" {
			t.Errorf("course: %s", got)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestAServiceThatDoesNotStartDoesNotJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s := set(t)
		bad := d.service("b")
		bad.Start = func(context.Context) error { return errBroken }
		if _, err := s.Join(t.Context(), bad); !errors.Is(err, errBroken) || err.Error() != "start b: broken" {
			t.Error(err)
		}
		if _, err := s.Join(t.Context(), Service{}); err == nil {
			t.Error("a service without a name joins")
		}
		if err := inGroup(t, s)(); err != nil || d.String() != "" {
			t.Errorf("%v, course: %s", err, d.String())
		}
		if _, err := NewSet(Config{}); err == nil || !strings.Contains(err.Error(), "stop_timeout") {
			t.Error(err)
		}
	})
}

func TestAStopWaitsForThoseThatLeaveUntilItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s, err := NewSet(Config{StopTimeout: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		m := d.joins(t, s, "a")
		stop := inGroup(t, s) // its limit is a minute
		left := s.Leave(func(ctx context.Context) { <-ctx.Done() }, m)
		began := time.Now()
		if err := stop(); err != nil {
			t.Error(err)
		}
		<-left
		if took := time.Since(began); took != time.Minute {
			t.Errorf("the stop took %v", took)
		}
		if got := d.String(); !strings.HasPrefix(got, "+a -a") {
			t.Errorf("course: %s", got)
		}
	})
}
