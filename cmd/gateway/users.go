package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"rsc.io/qr"

	"github.com/einlass/einlass/internal/staff"
)

func userGrant(u *staff.User) *staff.Grant { return &u.Grant }

func newUsers() *cobra.Command {
	cmd := &cobra.Command{Use: "users", Short: "Make, change and remove people who log in to the operators' pages", Long: staffHelp}
	cmd.AddCommand(newUsersAdd(), newUsersPassword(), newUsersTOTP(), newUsersList(), newUsersRemove())
	return cmd
}

const passwordHelp = "The password is asked for at a terminal, and else read from the first line of the input. It has at least twelve characters.\n\n" + staffHelp

func newUsersAdd() *cobra.Command {
	var g granting
	var issuer string
	cmd := &cobra.Command{
		Use:     "add FILE NAME --role ROLE",
		Short:   "Make a user: ask for the password, and show the secret for one-time codes as a picture",
		Long:    passwordHelp,
		Example: "  gateway users add /var/lib/einlass/staff.json anna --role operator --room termine",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			grant, err := g.grant(args[1], time.Now())
			if err != nil {
				return err
			}
			add := func(user *staff.User) func(*staff.Roll) error {
				return func(r *staff.Roll) error {
					if r.User(args[1]) != nil {
						return exitError{exitFault, fmt.Errorf("there is a user %q already", args[1])}
					}
					r.Users = append(r.Users, *user)
					return nil
				}
			}
			user := staff.User{Grant: grant, TOTP: staff.NewTOTP()}
			if err := tried(args[0], add(&user)); err != nil { // before somebody is asked for a password
				return err
			}
			if user.Password, err = newPassword(cmd); err != nil {
				return err
			}
			if err := onRoll(args[0], add(&user)); err != nil {
				return err
			}
			return showSecret(cmd, &user, issuer)
		},
	}
	g.flags(cmd)
	issuerFlag(cmd, &issuer)
	return cmd
}

func issuerFlag(cmd *cobra.Command, issuer *string) {
	cmd.Flags().StringVar(issuer, "issuer", "Einlass", "what the application for one-time codes calls the gateway")
}

func newUsersPassword() *cobra.Command {
	return &cobra.Command{
		Use: "password FILE NAME", Short: "Give a user another password; the user's sessions end", Long: passwordHelp, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var password string
			put := userChange(args[1], func(u *staff.User) { u.Password = password })
			if err := tried(args[0], put); err != nil { // before somebody is asked for a password
				return err
			}
			var err error
			if password, err = newPassword(cmd); err != nil {
				return err
			}
			return onRoll(args[0], put)
		},
	}
}

func newUsersTOTP() *cobra.Command {
	var issuer string
	cmd := &cobra.Command{
		Use: "totp FILE NAME", Short: "Give a user another secret for one-time codes, for a new telephone; the user's sessions end", Long: staffHelp, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var user staff.User
			err := onRoll(args[0], userChange(args[1], func(u *staff.User) {
				u.TOTP = staff.NewTOTP()
				user = *u
			}))
			if err != nil {
				return err
			}
			return showSecret(cmd, &user, issuer)
		},
	}
	issuerFlag(cmd, &issuer)
	return cmd
}

func newUsersList() *cobra.Command {
	return &cobra.Command{
		Use: "list FILE", Short: "List the users that there are", Long: staffHelp, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := staff.Load(args[0])
			if err != nil {
				return exitError{exitFault, err}
			}
			return listed(cmd.OutOrStdout(), r.Users, time.Now(), userGrant)
		},
	}
}

func newUsersRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove FILE NAME", Short: "Take a user away; the user's sessions end", Long: staffHelp, Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			return onRoll(args[0], func(r *staff.Roll) (err error) {
				r.Users, err = removed(r.Users, args[1], "user", userGrant)
				return err
			})
		},
	}
}

// userChange is a change of the user of a name.
func userChange(name string, change func(*staff.User)) func(*staff.Roll) error {
	return func(r *staff.Roll) error {
		u := r.User(name)
		if u == nil {
			return exitError{exitFault, noSuch(r.Users, name, "user", userGrant)}
		}
		change(u)
		return nil
	}
}

// tried does a change to a staff file as it is now, and writes nothing.
func tried(file string, change func(*staff.Roll) error) error {
	r, err := staff.LoadOrEmpty(file)
	if err != nil {
		return exitError{exitFault, err}
	}
	return change(r)
}

// newPassword asks for a password, twice at a terminal, and gives what is kept of it.
func newPassword(cmd *cobra.Command) (string, error) {
	in := cmd.InOrStdin()
	asked, err := askSecret(in, cmd.ErrOrStderr(), "Password: ")
	if err != nil {
		return "", exitError{exitUsage, err}
	}
	if err := staff.CheckPassword(asked); err != nil {
		return "", exitError{exitUsage, err}
	}
	if isTerminal(in) {
		again, err := askSecret(in, cmd.ErrOrStderr(), "The same again: ")
		if err != nil || again != asked {
			return "", exitError{exitUsage, errors.Join(errors.New("the two are not the same; nothing was changed"), err)}
		}
	}
	return staff.HashPassword(asked), nil
}

// askSecret reads a line, and shows nothing of it at a terminal.
func askSecret(in io.Reader, out io.Writer, prompt string) (string, error) {
	if isTerminal(in) {
		fmt.Fprint(out, prompt)
		defer fmt.Fprintln(out)
		defer hideInput(in.(*os.File))()
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !(errors.Is(err, io.EOF) && line != "") {
		return "", fmt.Errorf("the password cannot be read: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// isTerminal reports whether a person types, or reads.
func isTerminal(of any) bool {
	f, ok := of.(*os.File)
	return ok && isTTY(f)
}

// showSecret shows the secret for one-time codes: a picture at a terminal, and the address that it holds.
func showSecret(cmd *cobra.Command, u *staff.User, issuer string) error {
	url := u.URL(issuer)
	if isTerminal(cmd.OutOrStdout()) {
		code, err := qr.Encode(url, qr.M)
		if err != nil {
			return exitError{exitFault, err}
		}
		fmt.Fprint(cmd.OutOrStdout(), picture(code))
		fmt.Fprintln(cmd.ErrOrStderr(), "Read the picture with the application for one-time codes. It is shown this once; \"gateway users totp\" makes another.")
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), url)
	return err
}

// quiet is how many modules around a picture are empty (ISO/IEC 18004 §6.3.8).
const quiet = 4

// picture draws a code for a terminal, two rows of modules a line, dark on light whatever the colours of the terminal are.
func picture(code *qr.Code) string {
	var b strings.Builder
	signs := map[[2]bool]string{{false, false}: " ", {true, false}: "▀", {false, true}: "▄", {true, true}: "█"}
	for y := -quiet; y < code.Size+quiet; y += 2 {
		b.WriteString("\x1b[30;107m")
		for x := -quiet; x < code.Size+quiet; x++ {
			b.WriteString(signs[[2]bool{code.Black(x, y), code.Black(x, y+1)}])
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String()
}
