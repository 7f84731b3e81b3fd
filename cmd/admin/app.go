package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminclient"
)

// app is one run of the command.
type app struct {
	out, err io.Writer
	getenv   func(string) string
	readFile func(string) ([]byte, error)
	// terminal says that out can be cleared.
	terminal bool
	tick     func(time.Duration) <-chan time.Time

	url, tokenFile string
	timeout        time.Duration
	json           bool
}

// run executes a command line and gives the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(a.err, "admin: "+a.explain(err))
	return codeOf(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "admin",
		Short: "Show and change the rooms of a running gateway",
		Long: "Show and change the rooms of a running gateway, through its admin API.\n\n" +
			"Exit codes: 0 done, 1 refused or bad input, 2 wrong usage, 3 gateway not reachable, 4 token not accepted,\n" +
			"5 changed by somebody else.",
		Args:          exactly(0),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	flags := root.PersistentFlags()
	flags.StringVar(&a.url, "url", "", "address of the admin API (default EINLASS_ADMIN_URL or "+adminclient.DefaultURL+")")
	flags.StringVar(&a.tokenFile, "token-file", "", "file that holds the token (default: the token in EINLASS_ADMIN_TOKEN)")
	flags.DurationVar(&a.timeout, "timeout", 10*time.Second, "time limit of one request")
	flags.BoolVar(&a.json, "json", false, "answer with JSON")
	root.AddCommand(a.roomsCommand(), a.watchCommand(), a.debugCommand())
	root.AddCommand(a.changeCommands()...)
	return root
}

// exactly accepts n arguments, and takes more for a misspelled command.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		if !cmd.HasParent() {
			return usage(fmt.Errorf("unknown command %q", args[0]))
		}
		return usage(fmt.Errorf("want %s; got %d arguments", cmd.UseLine(), len(args)))
	}
}

// client makes the client that flags and environment ask for.
func (a *app) client() (*adminclient.Client, error) {
	token := strings.TrimSpace(a.getenv("EINLASS_ADMIN_TOKEN"))
	if a.tokenFile != "" {
		text, err := a.readFile(a.tokenFile)
		if err != nil {
			return nil, fmt.Errorf("read the token: %w", err)
		}
		token = strings.TrimSpace(string(text))
	}
	if token == "" {
		return nil, errNoToken
	}
	address := a.url
	if address == "" {
		address = a.getenv("EINLASS_ADMIN_URL")
	}
	c, err := adminclient.New(adminclient.Config{URL: address, Token: token, Timeout: a.timeout})
	if err != nil {
		return nil, err
	}
	if c.Plain() {
		fmt.Fprintf(a.err, "admin: warning: the token travels unencrypted to %s\n", c.Address())
	}
	a.url = c.Address()
	return c, nil
}

var errNoToken = errors.New("there is no token: set EINLASS_ADMIN_TOKEN or use --token-file")

// printJSON writes a value for programs.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
