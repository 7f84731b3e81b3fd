package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/staff"
	"github.com/einlass/einlass/internal/suggest"
)

// granting is what the flags of a new token or user say.
type granting struct {
	role  string
	rooms []string
	lasts time.Duration
}

func (g *granting) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&g.role, "role", "", "what it may do: "+strings.Join(staff.Roles(), ", "))
	cmd.Flags().StringSliceVar(&g.rooms, "room", nil, "`id` of a room that it is for (repeatable); without, all rooms")
	cmd.Flags().DurationVar(&g.lasts, "for", 0, "how long it lasts, as in 720h; without, until it is removed")
	_ = cmd.MarkFlagRequired("role")
}

// grant makes it for a name. All that is wrong is told at once.
func (g *granting) grant(name string, now time.Time) (staff.Grant, error) {
	errs := []error{staff.CheckName(name), staff.CheckRole(g.role)}
	for _, room := range g.rooms {
		errs = append(errs, staff.CheckRoom(room))
	}
	if g.lasts < 0 {
		errs = append(errs, fmt.Errorf("--for %v: want more than 0", g.lasts))
	}
	if err := errors.Join(errs...); err != nil {
		return staff.Grant{}, exitError{exitUsage, err}
	}
	made := staff.Grant{Name: name, Role: g.role, Rooms: g.rooms, Made: now.UTC().Truncate(time.Second)}
	if g.lasts > 0 {
		made.Expires = now.Add(g.lasts).UTC().Truncate(time.Second)
	}
	return made, nil
}

// onRoll changes a staff file, or makes one. Others who change it wait: change must not ask a person.
func onRoll(file string, change func(*staff.Roll) error) error {
	err := staff.Change(file, change)
	if exit := (exitError{}); err == nil || errors.As(err, &exit) {
		return err
	}
	return exitError{exitFault, err}
}

// removed takes a name out of a list, or says which there are.
func removed[T any](all []T, name, what string, of func(*T) *staff.Grant) ([]T, error) {
	i := slices.IndexFunc(all, func(one T) bool { return of(&one).Name == name })
	if i < 0 {
		return nil, exitError{exitFault, noSuch(all, name, what, of)}
	}
	return slices.Delete(all, i, i+1), nil
}

func noSuch[T any](all []T, name, what string, of func(*T) *staff.Grant) error {
	names := make([]string, len(all))
	for i := range all {
		names[i] = of(&all[i]).Name
	}
	text := fmt.Sprintf("there is no %s %q", what, name)
	if like := suggest.Nearest(name, names, 3); like != "" {
		text += "; did you mean " + like + "?"
	}
	return errors.New(text)
}

// listed prints grants as a table.
func listed[T any](out io.Writer, all []T, now time.Time, of func(*T) *staff.Grant) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLE\tROOMS\tMADE\tENDS")
	for i := range all {
		g := of(&all[i])
		rooms, ends := "all", "never"
		if g.Rooms != nil {
			rooms = strings.Join(g.Rooms, ",")
		}
		switch {
		case g.Expired(now):
			ends = "is over"
		case !g.Expires.IsZero():
			ends = g.Expires.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", g.Name, g.Role, rooms, g.Made.Format(time.DateOnly), ends)
	}
	return w.Flush()
}
