package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// planDayCommands change one opening, and leave its rule.
func (a *app) planDayCommands() []*cobra.Command {
	var ch plan.Change
	change := a.planDay(&cobra.Command{
		Use: "change ROOM", Short: "Change the opening under way, or the next one",
		Long: "Change the opening that is under way, or the next one. Its rule holds on all\nother dates, and what it has booked and given goes on.\n\n" +
			"A clock is 15:04 or now; --lobby and --end take none as well.",
		Example: "  admin plan change termine --start 10:15\n  admin plan change termine --end 12:00 --release 11:30=100\n" +
			"  admin plan change termine --opening \"2026-12-07 08:00\" --quota 300",
	}, &ch)
	f := change.Flags()
	f.StringVar(&ch.Lobby, "lobby", "", "when people may come: a `clock`, or none")
	f.StringVar(&ch.Start, "start", "", "when it starts: a `clock`, or now")
	f.StringVar(&ch.End, "end", "", "when it ends: a `clock`, now, or none")
	figureFlag(f, &ch.Quota, "quota", "how many may be booked at first; 0: no bound")
	figureFlag(f, &ch.Standby, "standby", "how many may wait while all is booked")
	figureFlag(f, &ch.CloseAt, "close-at", "how many places close the door; 0: none")
	f.StringSliceVar(&ch.Who, "who", nil, "`which` groups may come, or everybody (repeatable)")
	f.Var((*releaseFlag)(&ch.More), "release", "`clock=N`: N more may be booked from then on;\n0 takes a release away (repeatable)")
	return []*cobra.Command{
		change,
		a.planDay(&cobra.Command{
			Use: "start ROOM", Short: "Start the next opening now", Example: "  admin plan start termine",
			Long: "Start the opening whose lobby is open, or the next one of today, now.",
		}, &plan.Change{Start: plan.Now}),
		a.planDay(&cobra.Command{
			Use: "end ROOM", Short: "End the opening that is under way now", Example: "  admin plan end termine --reason \"the site is down\"",
			Long: "End the opening that is under way. Who waits keeps the order or not, as\ncarry_over of the schedule says; who is inside stays inside.",
		}, &plan.Change{End: plan.Now}),
		a.planDay(&cobra.Command{
			Use: "skip ROOM", Short: "Leave the next opening out", Example: "  admin plan skip termine\n  admin plan skip termine --opening \"2026-12-24 08:00\"",
			Long: "Leave the next opening out, and end its lobby if that has begun.",
		}, &plan.Change{Skip: true}),
		a.planResetCommand(),
	}
}

// planDay is a command that changes one opening.
func (a *app) planDay(cmd *cobra.Command, ch *plan.Change) *cobra.Command {
	name := ""
	a.planEdit(cmd, func(p *operator.PlanInfo, _ []string) (plan.Schedule, error) {
		if ch.Empty() {
			return plan.Schedule{}, usage(fmt.Errorf("nothing to change; %s --help lists the flags", cmd.CommandPath()))
		}
		c, o, now, err := opening(p, name)
		if err != nil {
			return plan.Schedule{}, err
		}
		edited, err := c.Edit(o, *ch, now)
		if err != nil {
			return plan.Schedule{}, err
		}
		fmt.Fprintf(a.err, "The opening of %s:\n", clean(o.Name))
		return p.Schedule.With(edited, now), nil
	})
	openingFlag(cmd.Flags(), &name)
	return cmd
}

func (a *app) planResetCommand() *cobra.Command {
	name := ""
	cmd := a.planEdit(&cobra.Command{
		Use: "reset ROOM", Short: "Take back what was changed of an opening", Example: "  admin plan reset termine",
		Long: "Take back what was changed of an opening: it is as its rule says again.\nWithout --opening it is the first that was changed and is not over.",
	}, func(p *operator.PlanInfo, _ []string) (plan.Schedule, error) {
		of := name
		for _, ch := range p.Schedule.Changes {
			if today := p.AsOf.Format("2006-01-02"); name == "" && ch.Opening >= today && (of == "" || ch.Opening < of) {
				of = ch.Opening
			}
		}
		if of == "" {
			return plan.Schedule{}, fmt.Errorf("no opening of %s that is to come was changed", p.ID)
		}
		return p.Schedule.Without(of, p.AsOf)
	})
	openingFlag(cmd.Flags(), &name)
	return cmd
}

func openingFlag(f *pflag.FlagSet, name *string) {
	f.StringVar(name, "opening", "", "`which` one: its date and start by the rule, as in\n\"2026-12-07 08:00\" (default the one under way, else\nthe next)")
}

// figure is a whole number that may not be given.
type figure struct{ to **int64 }

func figureFlag(f *pflag.FlagSet, to **int64, name, about string) { f.Var(figure{to}, name, about) }

func (f figure) String() string {
	if f.to == nil || *f.to == nil {
		return ""
	}
	return strconv.FormatInt(**f.to, 10)
}

func (f figure) Set(text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q: want a whole number", text)
	}
	*f.to = &n
	return nil
}

func (figure) Type() string { return "N" }

// releaseFlag is a list of releases.
type releaseFlag []plan.Release

func (*releaseFlag) String() string { return "" }

func (f *releaseFlag) Set(text string) error {
	at, n, _ := strings.Cut(text, "=")
	quota, err := strconv.ParseInt(n, 10, 64)
	if err != nil || quota < 0 {
		return fmt.Errorf("%q: want a clock and how many, 11:30=100", text)
	}
	*f = append(*f, plan.Release{At: at, Quota: quota})
	return nil
}

func (*releaseFlag) Type() string { return "clock=N" }
