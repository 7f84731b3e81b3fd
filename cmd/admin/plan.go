package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue/plan"
)

func (a *app) planCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "plan ROOM", Short: "Show what a room does now and next, and change it",
		Long: "Show what a room does now by its schedule, what comes next, and what to look at.\n" +
			"Times are those of the schedule's zone.\n\n" +
			"The commands below change it. Each shows first what would be different, and asks\n" +
			"at a terminal; elsewhere it takes --yes. A change is in force with the next\n" +
			"tick, on all gateways.",
		Example: "  admin plan termine\n" +
			"  admin plan change termine --start 10:15\n" +
			"  admin plan change termine --end 12:00 --release 11:30=100\n" +
			"  admin plan end termine --reason \"the site is down\"\n" +
			"  admin plan set termine week.yaml",
		DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			p, err := client.Plan(cmd.Context(), args[0])
			if err != nil {
				return &roomError{args[0], err}
			}
			return a.showPlan(&p, all)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "everything that comes within 60 days")
	cmd.AddCommand(a.planPreviewCommand(), a.planSetCommand(), a.planClearCommand(), a.planRehearseCommand())
	cmd.AddCommand(a.planDayCommands()...)
	return cmd
}

func (a *app) showPlan(p *operator.PlanInfo, all bool) error {
	if a.json {
		return a.printJSON(p)
	}
	_, err := fmt.Fprint(a.out, planView(p, all))
	return err
}

func (a *app) planPreviewCommand() *cobra.Command {
	return &cobra.Command{
		Use: "preview ROOM FILE", Short: "Show what another schedule would change, and change nothing",
		Long: "Show what another schedule would change, and change nothing.\n\n" +
			"FILE is a schedule as in the configuration, as YAML or JSON; - is the standard\ninput.",
		Example: "  admin plan preview termine week.yaml", DisableFlagsInUseLine: true, Args: exactly(2), ValidArgsFunction: a.completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.readSchedule(args[1])
			if err != nil {
				return err
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			p, err := client.PreviewPlan(cmd.Context(), args[0], operator.Change{Schedule: &s})
			if err != nil {
				return &roomError{args[0], err}
			}
			if a.json {
				return a.printJSON(p)
			}
			_, err = fmt.Fprint(a.out, previewView(&p))
			return err
		},
	}
}

// completeFile completes a room, then a file.
func (a *app) completeFile(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return a.completeRoom(nil)(cmd, args, begun)
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// revision is what a command makes of the plan of a room: the schedule to put in force.
type revision func(p *operator.PlanInfo, args []string) (plan.Schedule, error)

// planEdit completes a command that changes a schedule.
func (a *app) planEdit(cmd *cobra.Command, make revision) *cobra.Command {
	var on conditions
	var reason string
	cmd.DisableFlagsInUseLine = true
	cmd.Args = exactly(strings.Count(cmd.Use, " "))
	if cmd.ValidArgsFunction == nil {
		cmd.ValidArgsFunction = a.completeRoom(nil)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := given(cmd.Flags(), on.version); err != nil {
			return err
		}
		client, err := a.client()
		if err != nil {
			return err
		}
		defer client.Close()
		after, err := a.reschedule(cmd.Context(), client, args, make, reason, on)
		if err != nil {
			return &roomError{args[0], err}
		}
		if after == nil {
			return nil
		}
		return a.showPlan(after, false)
	}
	versionFlag(cmd.Flags(), &on.version)
	reasonFlag(cmd.Flags(), &reason)
	cmd.Flags().BoolVar(&on.yes, "yes", false, "do not ask")
	return cmd
}

// reschedule shows what would be different, has it confirmed and puts it in force, on the condition that the controls are still what was
// looked at. If somebody else was quicker it begins again, unless the operator has named the version. It answers the plan as it is then; nil:
// nothing is different.
func (a *app) reschedule(
	ctx context.Context, client *adminclient.Client, args []string, make revision, reason string, on conditions,
) (*operator.PlanInfo, error) {
	for range tries {
		before, err := client.Plan(ctx, args[0])
		if err != nil {
			return nil, err
		}
		s, err := make(&before, args)
		if err != nil {
			return nil, err
		}
		change := operator.Change{Schedule: &s, Reason: reason, IfVersion: on.version}
		preview, err := client.PreviewPlan(ctx, args[0], change)
		if err != nil {
			return nil, err
		}
		if before.Schedule.Encode() == s.Encode() {
			_, err := fmt.Fprintln(a.err, "The schedule says that already; nothing was changed.")
			return nil, err
		}
		fmt.Fprint(a.err, previewView(&preview))
		if !on.yes {
			if err := a.agree(ctx); err != nil {
				return nil, err
			}
		}
		if on.version == 0 {
			change.IfVersion = preview.Plan.Version
		}
		err = a.insist(ctx, true, func(code string) (err error) { // the preview has said it
			change.Confirm = code
			_, err = client.Update(ctx, args[0], change)
			return err
		})
		if err == nil {
			return a.inForce(ctx, client, args[0], &s)
		}
		if !errors.Is(err, adminclient.ErrConflict) || on.version != 0 {
			return nil, err
		}
		fmt.Fprintln(a.err, "Somebody else has changed the room meanwhile; once more:")
		if err := a.wait(ctx); err != nil {
			return nil, err
		}
	}
	return nil, adminclient.ErrConflict
}

// inForce is the plan once the gateway shows the schedule, which a snapshot later it does.
func (a *app) inForce(ctx context.Context, client *adminclient.Client, room string, s *plan.Schedule) (*operator.PlanInfo, error) {
	for range tries {
		p, err := client.Plan(ctx, room)
		if err != nil || p.Schedule.Encode() == s.Encode() {
			return &p, err
		}
		if err := a.wait(ctx); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("it was changed, and the gateway does not show it yet: admin plan shows it when its store answers")
}

func (a *app) planSetCommand() *cobra.Command {
	return a.planEdit(&cobra.Command{
		Use: "set ROOM FILE", Short: "Put another schedule in force", ValidArgsFunction: a.completeFile,
		Long: "Put another schedule in force, in place of all that the room's says, changes\nof single openings as well.\n\n" +
			"FILE is a schedule as in the configuration, as YAML or JSON; - is the standard\ninput, and takes --yes.",
		Example: "  admin plan set termine week.yaml\n  admin plan set termine - --yes < week.json",
	}, func(_ *operator.PlanInfo, args []string) (plan.Schedule, error) { return a.readSchedule(args[1]) })
}

func (a *app) planClearCommand() *cobra.Command {
	return a.planEdit(&cobra.Command{
		Use: "clear ROOM", Short: "Take the schedule away: the room is open", Example: "  admin plan clear termine",
		Long: "Take the schedule away. The room is open from then on, without a quota.",
	}, func(*operator.PlanInfo, []string) (plan.Schedule, error) { return plan.Schedule{}, nil })
}

// opening is the one that a command is about: the one with a name, or else the first that is under way or comes.
func opening(p *operator.PlanInfo, name string) (*plan.Calendar, *plan.Occurrence, time.Time, error) {
	c, problems := plan.Parse(&p.Schedule)
	if p.Schedule.Empty() || len(problems) > 0 {
		return nil, nil, p.AsOf, errors.New("the room has no schedule that could be changed")
	}
	upcoming := c.Upcoming(p.AsOf)
	var names []string
	for i := range upcoming {
		if name == "" || upcoming[i].Name == name {
			return c, &upcoming[i], p.AsOf, nil
		}
		names = append(names, upcoming[i].Name)
	}
	if name == "" {
		return nil, nil, p.AsOf, errors.New("no opening is under way or comes within 60 days")
	}
	return nil, nil, p.AsOf, fmt.Errorf("there is no opening %q; the next ones are %s", name, strings.Join(names[:min(len(names), 5)], ", "))
}
