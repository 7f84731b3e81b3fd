package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/internal/operator"
)

func (a *app) historyCommand() *cobra.Command {
	span := history.DefaultSpan
	cmd := &cobra.Command{
		Use: "history ROOM", Short: "Show what a room did in the last hours",
		Long: "Show what a room did in the last hours, as the gateway has seen it, with the\n" +
			"least, the most and the latest of each figure. Times without dots are not known:\n" +
			"the gateway was not running, or its store was away. --json has all figures.",
		Example:               "  admin history termine\n  admin history termine --span 15m\n  admin history termine --span 24h --json",
		DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			if span < history.MinSpan || span > history.Kept {
				return usage(fmt.Errorf("--span %v: want %v to %v", span, history.MinSpan, history.Kept))
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			asked := operator.HistoryAsked{Span: span}
			if !a.json {
				asked.Points = 2 * sparkWidth
			}
			info, err := client.History(cmd.Context(), args[0], asked)
			if err != nil {
				return &roomError{args[0], err}
			}
			if a.json {
				return a.printJSON(info)
			}
			_, err = fmt.Fprint(a.out, historyView(&info, time.Local))
			return err
		},
	}
	cmd.Flags().DurationVar(&span, "span", span, "how far back, 1m to 26h")
	return cmd
}

// sparkWidth is how many characters a row of dots has at most: the table fits 80 columns.
const sparkWidth = 40

// pastRow is a figure of the history, with the words and the form in which it is shown.
type pastRow struct {
	column, title string
	text          func(float64) string
	always        bool // else it is left out where it is 0 all the time
}

func rounded(v float64) string { return strconv.FormatFloat(math.Round(v), 'f', 0, 64) }
func percent(v float64) string { return rounded(100*v) + " %" }
func minutes(v float64) string { return rounded(v/60) + " min" }
func seconds(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) + " s" }

// pastRows is a constant table.
var pastRows = []pastRow{
	{"waiting", "waiting", rounded, true},
	{"lobby", "in the lobby", rounded, false},
	{"front", "came back", rounded, false},
	{"asking", "at the door", rounded, false},
	{"inside", "inside", rounded, true},
	{"joined", "arrivals/min", rounded, true},
	{"asked", "pace asked/min", rounded, true},
	{"factor", "of it in force", percent, true},
	{"admitted", "entries/min", rounded, true},
	{"booked", "bookings/min", rounded, false},
	{"left", "gave up/min", rounded, false},
	{"wait_high", "wait up to", minutes, false},
	{"median", "site answers in", seconds, false},
	{"failed", "site failed", percent, false},
	{"gateways", "gateways", rounded, true},
}

// historyView is the history of a room as a table.
func historyView(info *operator.HistoryInfo, zone *time.Location) string {
	var b strings.Builder
	until := info.From.Add(time.Duration(info.Step) * time.Second * time.Duration(len(info.Columns["t"])))
	width := (len(info.Columns["t"]) + 1) / 2
	form := "15:04"
	if until.Sub(info.From) > 12*time.Hour {
		form = "2 Jan 15:04"
	}
	fmt.Fprintf(&b, "%s, a dot is %v\n", clean(info.ID), time.Duration(info.Step)*time.Second)
	from, to := info.From.In(zone).Format(form), until.In(zone).Format(form)
	between := max(1, width-len(from)-len(to))
	fmt.Fprintf(&b, "%-16s%s%*s%s %7s %7s %7s\n", "", from, between, "", to, "LEAST", "MOST", "LATEST")
	for _, row := range pastRows {
		values := info.Columns[row.column]
		least, most, latest := extremes(values)
		if !row.always && (math.IsNaN(most) || least == 0 && most == 0) {
			continue
		}
		text := func(v float64) string {
			if math.IsNaN(v) {
				return "-"
			}
			return row.text(v)
		}
		fmt.Fprintf(&b, "%-16s%s %7s %7s %7s\n", row.title, sparkline(values), text(least), text(most), text(latest))
	}
	return b.String()
}

// extremes are the least, the most and the latest value; NaN: none is known, or the latest is not.
func extremes(values []history.Value) (least, most, latest float64) {
	least, most, latest = math.NaN(), math.NaN(), math.NaN()
	for _, value := range values {
		v := float64(value)
		switch {
		case math.IsNaN(v):
		case math.IsNaN(least):
			least, most = v, v
		default:
			least, most = min(least, v), max(most, v)
		}
		latest = v
	}
	return least, most, latest
}
