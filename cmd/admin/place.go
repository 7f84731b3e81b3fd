package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

func (a *app) placeCommand() *cobra.Command {
	parent := &cobra.Command{
		Use: "place", Short: "Places of callers, and any place by number and code",
		Long: "Take places for people without a browser, and act on any place by its number and\ncode.\n\n" +
			"What new takes is kept by this gateway: list shows it, and now whose turn it is.\nlink makes an address by which the place goes on in the browser that opens it,\nonce, within five minutes.\n\n" +
			"Never write down here who somebody is: --reason goes into the gateway's log.",
		Example:               "  admin place new termine\n  admin place now termine\n  admin place link termine 4711 7KQ4-M2PX",
		DisableFlagsInUseLine: true, Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(a.placeNewCommand(), a.placeListCommand("list", "Show the places that this gateway keeps", false), a.placeListCommand("now", "Show those of them whose turn it is", true))
	for _, act := range []struct{ name, use, short string }{
		{operator.PlaceFind, "show", "Show where a place stands"},
		{operator.PlaceLink, "link", "Make a link by which a place goes on in another browser"},
		{operator.PlaceFront, "front", "Put a place before everybody in the line"},
		{operator.PlaceRemove, "remove", "Take a place out of the line"},
	} {
		parent.AddCommand(a.placeActCommand(act.name, act.use, act.short))
	}
	parent.AddCommand(a.placeSMSCommand(), a.placeHistoryCommand())
	return parent
}

func (a *app) placeSMSCommand() *cobra.Command {
	var to, reason string
	cmd := &cobra.Command{
		Use: "sms ROOM NUMBER CODE", Short: "Send a link to a place as a short message",
		Long:    "Send a link to a place as a short message, by the service of rooms[].sms. The\ntelephone number goes to that service and is kept nowhere; your shell may keep\nthe command line.",
		Example: "  admin place sms termine 4711 7KQ4-M2PX --to +49170…", DisableFlagsInUseLine: true, Args: exactly(3), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := placeNumber(args[1])
			if err != nil {
				return err
			}
			if to == "" {
				return usage(errors.New("--to is missing: want a telephone number"))
			}
			asked := operator.PlaceSend{PlaceAct: operator.PlaceAct{Number: number, Code: args[2], Because: operator.Because{Reason: reason}}, To: to}
			return a.onRoom(args[0], func(client *adminclient.Client) error {
				info, err := client.SendPlace(cmd.Context(), args[0], asked)
				if err := a.sayPlace(&info, err); err != nil || a.json {
					return err
				}
				_, err = fmt.Fprintln(a.out, "the link was sent; it is good for five minutes")
				return err
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "telephone `number`")
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}

func (a *app) placeNewCommand() *cobra.Command {
	var reason, group string
	cmd := &cobra.Command{
		Use: "new ROOM", Short: "Take a place for somebody without a browser",
		Example: "  admin place new termine", DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onRoom(args[0], func(client *adminclient.Client) error {
				info, err := client.TakePlace(cmd.Context(), args[0], operator.NewPlace{Group: group, Because: operator.Because{Reason: reason}})
				return a.sayPlace(&info, err)
			})
		},
	}
	groupFlag(cmd.Flags(), &group)
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}

func groupFlag(f *pflag.FlagSet, group *string) {
	f.StringVar(group, "group", "", "`name` of the callers' group")
}

func (a *app) placeListCommand(name, short string, now bool) *cobra.Command {
	return &cobra.Command{
		Use: name + " ROOM", Short: short, Example: "  admin place " + name + " termine",
		DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onRoom(args[0], func(client *adminclient.Client) error { return a.listPlaces(cmd.Context(), client, args[0], now) })
		},
	}
}

func (a *app) listPlaces(ctx context.Context, client *adminclient.Client, room string, now bool) error {
	list, err := client.Places(ctx, room)
	if err != nil {
		return err
	}
	shown := list.Places[:0]
	for _, p := range list.Places {
		if p.Now || !now {
			shown = append(shown, p)
		}
	}
	if list.Places = shown; a.json {
		return a.printJSON(list)
	}
	for i := range shown {
		if _, err := fmt.Fprintln(a.out, placeLine(&shown[i])); err != nil {
			return err
		}
	}
	if len(shown) == 0 {
		_, err = fmt.Fprintln(a.out, "none")
	}
	return err
}

func (a *app) placeActCommand(act, use, short string) *cobra.Command {
	var reason string
	var yes bool
	cmd := &cobra.Command{
		Use: use + " ROOM NUMBER CODE", Short: short, Example: "  admin place " + use + " termine 4711 7KQ4-M2PX",
		DisableFlagsInUseLine: true, Args: exactly(3), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := placeNumber(args[1])
			if err != nil {
				return err
			}
			asked := operator.PlaceAct{Number: number, Code: args[2], Because: operator.Because{Reason: reason}}
			return a.onRoom(args[0], func(client *adminclient.Client) error {
				var info operator.PlaceInfo
				err := a.insist(cmd.Context(), yes, func(code string) (err error) {
					asked.Confirm = code
					info, err = client.ActOnPlace(cmd.Context(), args[0], act, asked)
					return err
				})
				return a.sayPlace(&info, err)
			})
		},
	}
	if act == operator.PlaceRemove {
		yesFlag(cmd.Flags(), &yes)
	}
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}

// placeNumber reads the number of a place.
func placeNumber(text string) (uint64, error) {
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil || number == 0 {
		return 0, usage(fmt.Errorf("%q: want the number of the place", text))
	}
	return number, nil
}

// deskKeys are what can be typed at the desk. They are said once: a number with its code and the prompt have to fit a line of 80 signs.
const deskKeys = "  (Enter)        a new place: read number and code out\n" +
	"  n              whose turn it is\n" +
	"  l              all places of this desk\n" +
	"  NUMBER CODE    where a place stands\n" +
	"  NUMBER CODE l  a link to it\n" +
	"  ?              these keys\n" +
	"  q              leave"

// deskCommand is for the people at the telephone: a key a caller.
func (a *app) deskCommand() *cobra.Command {
	var group string
	cmd := &cobra.Command{
		Use: "desk ROOM", Short: "Take places at the telephone, one key a caller",
		Long:    "Take places at the telephone. Each line is one of:\n\n" + deskKeys + "\n",
		Example: "  admin desk termine", DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onRoom(args[0], func(client *adminclient.Client) error { return a.desk(cmd.Context(), client, args[0], group) })
		},
	}
	groupFlag(cmd.Flags(), &group)
	return cmd
}

// desk reads lines until there are no more. What cannot be done is said, and the next line is read: the next caller waits.
func (a *app) desk(ctx context.Context, client *adminclient.Client, room, group string) error {
	if err := a.listPlaces(ctx, client, room, true); err != nil {
		return err // better now than with the first caller
	}
	if a.asks {
		fmt.Fprintln(a.err, deskKeys)
	}
	in := bufio.NewReader(a.in)
	for {
		if a.asks {
			fmt.Fprint(a.err, "> ")
		}
		line, err := in.ReadString('\n')
		if line == "" && err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		words := strings.Fields(line)
		if len(words) == 1 && words[0] == "q" {
			return nil
		}
		if err := a.deskLine(ctx, client, room, group, words); err != nil {
			fmt.Fprintln(a.err, "admin: "+cleanLines(a.explain(&roomError{room, err})))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (a *app) deskLine(ctx context.Context, client *adminclient.Client, room, group string, words []string) error {
	switch {
	case len(words) == 0:
		info, err := client.TakePlace(ctx, room, operator.NewPlace{Group: group})
		return a.sayPlace(&info, err)
	case len(words) == 1 && words[0] == "?":
		_, err := fmt.Fprintln(a.err, deskKeys)
		return err
	case len(words) == 1 && (words[0] == "n" || words[0] == "l"):
		return a.listPlaces(ctx, client, room, words[0] == "n")
	}
	act := operator.PlaceFind
	if last := len(words) - 1; last >= 2 && words[last] == "l" {
		act, words = operator.PlaceLink, words[:last]
	}
	number, err := strconv.ParseUint(words[0], 10, 64)
	if err != nil || len(words) < 2 {
		return usage(fmt.Errorf("%q: want Enter, n, l, ?, q, or a number and its code", strings.Join(words, " ")))
	}
	info, err := client.ActOnPlace(ctx, room, act, operator.PlaceAct{Number: number, Code: strings.Join(words[1:], "")})
	return a.sayPlace(&info, err)
}

// onRoom does something with a room by a client of its own.
func (a *app) onRoom(room string, do func(*adminclient.Client) error) error {
	client, err := a.client()
	if err != nil {
		return err
	}
	defer client.Close()
	if err := do(client); err != nil {
		return &roomError{room, err}
	}
	return nil
}

// sayPlace says where a place stands.
func (a *app) sayPlace(info *operator.PlaceInfo, err error) error {
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(info)
	}
	text := placeLine(info)
	if info.URL != "" {
		text += "\n" + clean(info.URL)
		if strings.HasPrefix(info.URL, "/") {
			text += "\nput the site's address before it; with rooms[].canonical the gateway knows it"
		}
	}
	_, err = fmt.Fprintln(a.out, text)
	return err
}

// placeLine is a place in a line.
func placeLine(p *operator.PlaceInfo) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d  %s  %s", p.Number, clean(p.Code), clean(p.State))
	if why, err := p.Reason.MarshalText(); err == nil && len(why) > 0 && p.State == queue.StateSpent.String() {
		fmt.Fprintf(&b, " (%s)", why)
	}
	if p.Lot {
		b.WriteString(", a lot: the draw gives the number")
	}
	if p.Now {
		b.WriteString(", it is their turn")
	}
	if p.Ahead != nil {
		fmt.Fprintf(&b, ", %d ahead", *p.Ahead)
	}
	if p.Low != nil && p.High != nil {
		fmt.Fprintf(&b, ", about %.0f to %.0f min", *p.Low/60, max(1, *p.High/60))
	}
	if p.Taken != nil {
		b.WriteString(", taken at " + p.Taken.Local().Format("15:04:05"))
	}
	return b.String()
}
