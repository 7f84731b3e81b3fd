package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/doctor"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/probe"
	"github.com/einlass/einlass/pkg/queue"
)

// errWrong is that the doctor found something; it has been said.
var errWrong = errors.New("something is wrong: see what to do above")

func (a *app) doctorCommand() *cobra.Command {
	var front siteFlags
	cmd := &cobra.Command{
		Use: "doctor", Short: "Look at everything, and say what is wrong and what to do",
		Long: "Look at everything, and say what is wrong and what to do: the gateway and its\n" +
			"clock, the store and the site of each room, the alerts, and on the gateway's\n" +
			"machine the certificate, the disk and the limits.\n\n" +
			"With --site also the way that visitors come, through the proxies in front:\n" +
			"whether that address leads to the gateway, whether the gateway sees the address\n" +
			"of visitors and believes none that they write themselves, what of pages, forms,\n" +
			"streams and cookies passes, and whether the hosts of all rooms lead there. The\n" +
			"authorities of --ca are believed besides those of the system.\n\n" +
			"Exit codes: 0 nothing is wrong (there may be warnings), 1 something is.",
		Example: "  admin doctor\n  admin doctor --site https://termine.example.org\n" +
			"  admin doctor --site https://termine.example.org --connect 192.0.2.7:443\n  admin doctor -o json",
		DisableFlagsInUseLine: true, Args: exactly(0), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := front.options()
			if err != nil {
				return err
			}
			a.besides = at != nil
			found := a.examineAll(cmd.Context(), at)
			if a.json {
				if err := a.printJSON(adminapi.DoctorInfo{Findings: found}); err != nil {
					return err
				}
			} else if _, err := fmt.Fprint(a.out, findingsText(found)); err != nil {
				return err
			}
			for i := range found {
				if found[i].State == doctor.Wrong {
					return errWrong
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&front.site, "site", "", "`address` of the site, as visitors type it")
	cmd.Flags().StringVar(&front.connect, "connect", "", "with --site: connect to `host:port` in place\nof the address, before DNS points to it")
	completeFlag(cmd, "site", cobra.NoFileCompletions)
	completeFlag(cmd, "connect", cobra.NoFileCompletions)
	return cmd
}

// examineAll looks at the gateway, and at the way of visitors if it is asked for.
func (a *app) examineAll(ctx context.Context, site *probe.Options) []doctor.Finding {
	client, err := a.client()
	if err != nil {
		return []doctor.Finding{{Check: "token", State: doctor.Wrong, What: a.explain(err), Do: "Give the address and a token that only you can read, by --token-file FILE or EINLASS_ADMIN_TOKEN."}}
	}
	defer client.Close()
	found := a.examine(ctx, client)
	if site != nil {
		found = append(found, a.examineSite(ctx, client, site)...)
	}
	return found
}

// examine looks at the gateway and at what it knows.
func (a *app) examine(ctx context.Context, client *adminclient.Client) []doctor.Finding {
	ready, err := client.Ready(ctx)
	if err != nil {
		return []doctor.Finding{{Check: "gateway", State: doctor.Wrong, What: a.explain(err), Do: "Look whether the gateway runs there (systemctl status einlass), and whether the address is that of admin.listen."}}
	}
	found := []doctor.Finding{readiness(client.Address(), ready), clockOf(ready.Date, time.Now())}
	rooms, err := client.Rooms(ctx)
	if err != nil {
		do := "Ask whoever runs the gateway for a token; gateway tokens add makes one."
		if !errors.Is(err, adminclient.ErrUnauthorized) && !errors.Is(err, adminclient.ErrNotAllowed) {
			do = "Look at the log of the gateway."
		}
		return append(found, doctor.Finding{Check: "rooms", State: doctor.Wrong, What: a.explain(err), Do: do})
	}
	for i := range rooms {
		found = append(found, examineRoom(&rooms[i])...)
	}
	return append(append(found, a.examineAlerts(ctx, client)...), a.examineMachine(ctx, client)...)
}

func readiness(address string, r adminclient.Readiness) doctor.Finding {
	if r.Why != "" {
		return doctor.Finding{Check: "gateway", State: doctor.Wrong, What: "the gateway at " + address + " wants no visitors: " + r.Why, Do: "Look at its log. While it starts or stops this is as it should be."}
	}
	return doctor.Finding{Check: "gateway", State: doctor.OK, What: "the gateway at " + address + " is ready"}
}

const (
	// clockFar is how far clocks may differ unnoticed: the gateway tells its time in whole seconds.
	clockFar     = 3 * time.Second
	clockTooFar  = time.Minute
	setTheClock  = "Look at the time service of both machines (timedatectl): openings begin by the gateway's clock, people come by theirs."
	unknownClock = "the gateway does not tell its time"
)

// clockOf compares the clock of the gateway with the one here.
func clockOf(there, here time.Time) doctor.Finding {
	if there.IsZero() {
		return doctor.Finding{Check: "clock", State: doctor.Warning, What: unknownClock, Do: setTheClock}
	}
	far := there.Sub(here).Truncate(time.Second)
	f := doctor.Finding{Check: "clock", State: doctor.OK, What: "the gateway's clock is that of this machine"}
	if far.Abs() >= clockFar {
		ahead := "ahead of"
		if far < 0 {
			ahead = "behind"
		}
		f.State, f.What, f.Do = doctor.Warning, fmt.Sprintf("the gateway's clock is %v %s this machine's", far.Abs(), ahead), setTheClock
		if far.Abs() >= clockTooFar {
			f.State = doctor.Wrong
		}
	}
	return f
}

// examineRoom looks at the store and the site of a room, and at what an operator may have forgotten.
func examineRoom(r *operator.RoomInfo) []doctor.Finding {
	st := doctor.Finding{Check: "store", State: doctor.OK, What: r.ID + ": the store answers"}
	if !r.Store.OK {
		st.State, st.What = doctor.Wrong, r.ID+": the store is "+store(r)
		st.Do = "Look whether the store (Redis) runs and can be reached from the gateway's machine. Leave the gateways running."
	}
	found := []doctor.Finding{st}
	for i := range r.Backends {
		b := &r.Backends[i]
		f := doctor.Finding{Check: "site", State: doctor.OK, What: fmt.Sprintf("%s: %s answers", r.ID, b.Address)}
		if !b.Up {
			f.State, f.What = doctor.Wrong, fmt.Sprintf("%s: %s is %s", r.ID, b.Address, backendTrouble(b))
			f.Do = fmt.Sprintf("Call the people who run the site; until it is well: admin pause %s.", r.ID)
		}
		found = append(found, f)
	}
	if r.Mode == queue.ModePause {
		found = append(found, doctor.Finding{Check: "room", State: doctor.Warning, What: r.ID + " is paused: nobody is called", Do: fmt.Sprintf("If that is over: admin resume %s.", r.ID)})
	}
	return found
}

func (a *app) examineAlerts(ctx context.Context, client *adminclient.Client) (found []doctor.Finding) {
	active, err := client.Alerts(ctx)
	if err != nil {
		return []doctor.Finding{{Check: "alerts", State: doctor.Warning, What: a.explain(err), Do: "Ask a gateway of this release: an older one tells no alerts."}}
	}
	if len(active) == 0 {
		return []doctor.Finding{{Check: "alerts", State: doctor.OK, What: "there are none"}}
	}
	for i := range active {
		al := &active[i]
		f := doctor.Finding{Check: "alerts", State: doctor.Warning, What: al.En.What, Do: al.En.Do}
		if al.Room != "" {
			f.What = al.Room + ": " + al.En.What
		}
		if al.Severity == alerts.Critical {
			f.State = doctor.Wrong
		}
		found = append(found, f)
	}
	return found
}

func (a *app) examineMachine(ctx context.Context, client *adminclient.Client) []doctor.Finding {
	found, err := client.Doctor(ctx)
	if err != nil {
		return []doctor.Finding{{
			Check: "machine", State: doctor.Warning, What: "certificate, disk and limits are not looked at: " + a.explain(err),
			Do: "Give the token of an admin, to a gateway of this release.",
		}}
	}
	return found
}

// findingsText is one finding a line, with what to do below it.
func findingsText(found []doctor.Finding) string {
	var b strings.Builder
	for i := range found {
		f := &found[i]
		state := string(f.State)
		if f.State == doctor.Wrong {
			state = "WRONG"
		}
		b.WriteString(wrapped(fmt.Sprintf("%-8s %-12s ", state, f.Check), f.What))
		if f.Do != "" {
			b.WriteString(wrapped(strings.Repeat(" ", 20)+"→ ", f.Do))
		}
	}
	return b.String()
}
