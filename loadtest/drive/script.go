package drive

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Step is one page of a script.
type Step struct {
	// Path is the page, from the root.
	Path string `yaml:"path" json:"path"`
	// Form, if not empty, is sent with POST as application/x-www-form-urlencoded. Without it the step is a GET.
	Form string `yaml:"form" json:"form,omitempty"`
	// Think is the mean time spent on the page before the next one. Default the crowd's.
	Think time.Duration `yaml:"think" json:"think,omitempty"`
}

// Validate says what is wrong with the step.
func (s Step) Validate() error {
	if !strings.HasPrefix(s.Path, "/") || strings.HasPrefix(s.Path, "//") {
		return fmt.Errorf("path: must begin with one /, is %q", s.Path)
	}
	if s.Think < 0 {
		return fmt.Errorf("think: must not be negative, is %v", s.Think)
	}
	return nil
}

// walk goes through a script once, from the first page that is already open. A page that fails is skipped: a reader
// goes on to the next.
func (c *citizen) walk(ctx context.Context, steps []Step) outcome {
	failed := false
	think := c.d.cfg.Crowd.Think
	for _, s := range steps {
		if !c.pause(ctx, think) {
			return stopped
		}
		var a answer
		if s.Form != "" {
			a = c.submit(ctx, s.Path, "application/x-www-form-urlencoded", []byte(s.Form))
		} else {
			a = c.load(ctx, s.Path, c.now())
		}
		if ctx.Err() != nil {
			return stopped
		}
		failed = failed || !a.ok() || a.waiting()
		if think = s.Think; think == 0 {
			think = c.d.cfg.Crowd.Think
		}
	}
	if failed {
		return failedInside
	}
	return done
}
