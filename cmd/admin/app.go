package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/buildinfo"
	"github.com/einlass/einlass/internal/secretfile"
)

// app is one run of the command.
type app struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	readFile func(string) ([]byte, error)
	// terminal says that out can be cleared, asks that somebody can answer a question, keys that out is a screen and in the keys
	// before it.
	terminal, asks, keys bool
	// shows says that err is a terminal, on which long work shows how far it is; now is the time for that.
	shows bool
	now   func() time.Time
	tick  func(time.Duration) <-chan time.Time

	args           []string
	url, tokenFile string
	ca, context    string
	besides        bool   // the authorities are for the site as well, whatever the admin API speaks
	trusts         string // the file of authorities that flags, context or environment name
	output         string
	timeout        time.Duration
	json           bool
}

// run executes a command line and gives the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	a.args = args
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(a.err, "admin: "+cleanLines(a.explain(err)))
	var wrong *usageError
	if errors.As(err, &wrong) {
		fmt.Fprint(a.err, "\n"+usageOf(cmd))
	}
	return codeOf(err)
}

// usageOf is how a command is used, in short if it is one that does something.
func usageOf(cmd *cobra.Command) string {
	if cmd.HasSubCommands() {
		return cmd.UsageString()
	}
	text := "Usage:\n  " + cmd.UseLine() + "\n"
	if cmd.HasExample() {
		text += "\nExamples:\n" + cmd.Example + "\n"
	}
	return text + fmt.Sprintf("\n%s --help says more.\n", cmd.CommandPath())
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "admin",
		Short: "Show and change the rooms of a running gateway",
		Long: "Show and change the rooms of a running gateway, through its admin API.\n\n" +
			"The gateway is named by --url or EINLASS_ADMIN_URL, the token by --token-file or\n" +
			"EINLASS_ADMIN_TOKEN.\n\n" +
			"Exit codes: 0 done, 1 refused, or what answers is no gateway, 2 wrong usage,\n" +
			"3 gateway not reachable, 4 token not accepted, 5 changed by somebody else.",
		Example: "  admin rooms\n" +
			"  admin rate termine 120\n" +
			"  admin pause termine --reason \"the site is down\"\n" +
			"  source <(admin completion bash)",
		Version:               buildinfo.Version(),
		Args:                  exactly(0),
		RunE:                  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		DisableFlagsInUseLine: true,
		SilenceErrors:         true,
		SilenceUsage:          true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	flags := root.PersistentFlags()
	flags.StringVar(&a.ca, "ca", "", "`file` (PEM) with the authorities to trust for https,\ninstead of the system's (default EINLASS_ADMIN_CA)")
	flags.StringVar(&a.url, "url", "", "`address` of the admin API\n(default EINLASS_ADMIN_URL or "+adminclient.DefaultURL+")")
	flags.StringVar(&a.tokenFile, "token-file", "", "`file` with the token, which others must not be able\nto read (default EINLASS_ADMIN_TOKEN, the token)")
	flags.DurationVar(&a.timeout, "timeout", 10*time.Second, "time limit of one request")
	flags.BoolVar(&a.json, "json", false, "answer with JSON")
	flags.StringVarP(&a.output, "output", "o", "", "`form` of the answer: table, json or yaml")
	flags.StringVar(&a.context, "context", "", "`name` of the gateway, as admin context has it")
	completeFlag(root, "output", cobra.FixedCompletions(outputs, cobra.ShellCompDirectiveNoFileComp))
	completeFlag(root, "context", func(cmd *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return a.completeContext(cmd, nil, begun)
	})
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return a.chooseOutput() }
	root.AddCommand(a.roomsCommand(), a.watchCommand(), a.historyCommand(), a.eventsCommand(), a.planCommand(), a.bookedCommand(), a.drawCommand(), a.codesCommand(), a.inviteCommand())
	root.AddCommand(a.modeCommand(), a.staysCommand())
	root.AddCommand(a.placeCommand(), a.deskCommand(), a.debugCommand(), a.auditCommand(), a.reportCommand(), a.originsCommand())
	root.AddCommand(a.changeCommands()...)
	root.AddCommand(a.alertsCommand(), a.doctorCommand(), a.contextCommand())
	root.AddCommand(a.keysCommand(), a.configCommand(), a.usersCommand(), a.logLevelCommand())
	root.SetHelpCommand(helpCommand())
	return root
}

// completeFlag completes the values of a flag that there is.
func completeFlag(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // the flag is defined above
	}
}

// helpCommand is cobra's, but for a command that there is not.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Help about any command", DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			of, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(of, rest)
			}
			of.InitDefaultHelpFlag()
			return of.Help()
		},
	}
}

// exactly accepts n arguments, and takes more for a misspelled command.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == n:
			return nil
		case cmd.HasSubCommands():
			return unknownCommand(cmd, args)
		case len(args) < n:
			return usage(fmt.Errorf("%s is missing", strings.Join(strings.Fields(cmd.Use)[1+len(args):], " and ")))
		}
		return usage(fmt.Errorf("%q is too much: %s takes %s", args[n], cmd.CommandPath(), arguments(n)))
	}
}

func arguments(n int) string {
	switch n {
	case 0:
		return "no argument"
	case 1:
		return "one argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

func unknownCommand(parent *cobra.Command, args []string) error {
	text := fmt.Sprintf("there is no command %q", strings.TrimPrefix(parent.CommandPath()+" "+args[0], "admin "))
	names := make([]string, 0, len(parent.Commands()))
	for _, c := range parent.Commands() {
		names = append(names, c.Name())
	}
	if like := nearest(args[0], names); like != "" {
		text += "; did you mean " + like + "?"
	}
	return usage(errors.New(text))
}

// client makes the client that flags and environment ask for.
func (a *app) client() (*adminclient.Client, error) {
	in, err := a.inContext()
	if err != nil {
		return nil, err
	}
	token := strings.TrimSpace(a.getenv("EINLASS_ADMIN_TOKEN"))
	if file := cmp.Or(a.tokenFile, in.TokenFile); file != "" {
		if token, err = secretfile.Read(file); err != nil {
			return nil, fmt.Errorf("read the token: %w", err)
		}
	}
	if token == "" {
		return nil, errNoToken
	}
	at, ca := cmp.Or(a.url, in.URL, a.getenv("EINLASS_ADMIN_URL")), cmp.Or(a.ca, in.CA, a.getenv("EINLASS_ADMIN_CA"))
	a.trusts = ca
	if a.besides && !strings.HasPrefix(at, "https:") {
		ca = ""
	}
	c, err := adminclient.New(adminclient.Config{URL: at, CAFile: ca, Token: token, Timeout: a.timeout})
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
