package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// gateContext names a gateway and how to speak to it. It holds no secret: the token stays in a file of its own.
type gateContext struct {
	URL       string `yaml:"url"`
	TokenFile string `yaml:"token_file"`
	// CA is a file with the certificates of an authority of one's own; empty: those of the machine.
	CA string `yaml:"ca,omitempty"`
}

// contexts are the gateways that somebody works with, kept in a file of that user.
type contexts struct {
	Current  string                 `yaml:"current,omitempty"`
	Contexts map[string]gateContext `yaml:"contexts"`
}

// contextName is what a context may be called.
var contextName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// contextFile is where the contexts stand; empty: there is no home.
func (a *app) contextFile() string {
	dir := a.getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home := a.getenv("HOME")
		if home == "" {
			return ""
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "einlass", "admin.yaml")
}

// readContexts reads the file. One that others can write is refused: they could have the token sent to them.
func (a *app) readContexts() (all contexts, err error) {
	all.Contexts = map[string]gateContext{}
	file := a.contextFile()
	if file == "" {
		return all, nil
	}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	} else if err != nil {
		return all, err
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return all, fmt.Errorf("%s: others can write it (mode %04o); run: chmod 600 %s", file, mode, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return all, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&all); err != nil {
		return all, fmt.Errorf("%s: %w", file, err)
	}
	if all.Contexts == nil {
		all.Contexts = map[string]gateContext{}
	}
	return all, nil
}

// writeContexts writes the file anew, whole or not at all.
func (a *app) writeContexts(all contexts) error {
	file := a.contextFile()
	if file == "" {
		return errors.New("there is no place for contexts: neither HOME nor XDG_CONFIG_HOME is set")
	}
	text, err := yaml.Marshal(all)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	part := file + ".new"
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, file)
}

// inContext is the context of this run: the one that --context names, else the current one unless flags or environment name a gateway.
// A token never goes to an address of another source.
func (a *app) inContext() (gateContext, error) {
	named := a.url != "" || a.tokenFile != "" || a.ca != ""
	if a.context != "" && named {
		return gateContext{}, usage(errors.New("--context names the gateway: it does not go with --url, --token-file and --ca"))
	}
	if a.context == "" && (named || a.getenv("EINLASS_ADMIN_URL") != "" || a.getenv("EINLASS_ADMIN_TOKEN") != "") {
		return gateContext{}, nil
	}
	all, err := a.readContexts()
	if err != nil {
		return gateContext{}, err
	}
	name := a.context
	if name == "" {
		name = all.Current
	}
	if name == "" {
		return gateContext{}, nil
	}
	return all.named(name)
}

// named is one context, or an error with those there are.
func (c *contexts) named(name string) (gateContext, error) {
	if found, ok := c.Contexts[name]; ok {
		return found, nil
	}
	names := slices.Sorted(maps.Keys(c.Contexts))
	text := fmt.Sprintf("there is no context %q", name)
	if like := nearest(name, names); like != "" {
		text += "; did you mean " + like + "?"
	}
	if len(names) > 0 {
		text += "\nContexts: " + strings.Join(names, ", ")
	} else {
		text += "; admin context add makes one"
	}
	return gateContext{}, usage(errors.New(text))
}

func (a *app) contextCommand() *cobra.Command {
	parent := &cobra.Command{
		Use: "context", Short: "Name gateways, to choose one by its name",
		Long: "Name gateways, to choose one by its name: its address, the file with the token,\n" +
			"and the file with the authority of its certificate. They stand in\n" +
			"~/.config/einlass/admin.yaml. The one in use counts where neither flags nor\n" +
			"environment name a gateway; --context NAME chooses another one once.",
		Example:               "  admin context add town --url https://gate.example.org --token-file ~/.town\n  admin context use town\n  admin rooms --context town",
		DisableFlagsInUseLine: true, Args: exactly(0), RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(a.contextAddCommand(), a.contextListCommand(),
		a.contextEdit("use NAME", "Use a gateway from now on", func(all *contexts, name string) { all.Current = name }),
		a.contextEdit("remove NAME", "Forget a gateway; its token file stays", func(all *contexts, name string) {
			delete(all.Contexts, name)
			if all.Current == name {
				all.Current = ""
			}
		}))
	return parent
}

func (a *app) contextAddCommand() *cobra.Command {
	return &cobra.Command{
		Use: "add NAME", Short: "Name a gateway by --url, --token-file and --ca", Args: exactly(1),
		Long:                  "Name a gateway by --url, --token-file and --ca, or change what a name stands\nfor. The first one is used from then on.",
		Example:               "  admin context add town --url https://gate.example.org --token-file ~/.town",
		DisableFlagsInUseLine: true, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case !contextName.MatchString(args[0]):
				return usage(fmt.Errorf("%q: a name is of small letters, digits, dots and hyphens, at most 40", args[0]))
			case a.url == "" || a.tokenFile == "":
				return usage(errors.New("--url and --token-file are missing"))
			}
			made := gateContext{URL: a.url, TokenFile: a.tokenFile, CA: a.ca}
			for _, file := range []*string{&made.TokenFile, &made.CA} {
				if *file != "" {
					var err error
					if *file, err = filepath.Abs(*file); err != nil {
						return err
					}
				}
			}
			// What cannot be used is not kept: address, token and certificates are looked at as for a request.
			client, err := a.client()
			if err != nil {
				return err
			}
			client.Close()
			all, err := a.readContexts()
			if err != nil {
				return err
			}
			if all.Contexts[args[0]] = made; all.Current == "" {
				all.Current = args[0]
			}
			if err := a.writeContexts(all); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.out, "context %s is %s\n", args[0], clean(made.URL))
			return err
		},
	}
}

// contextEdit is a command that changes the list by a name in it.
func (a *app) contextEdit(use, short string, edit func(all *contexts, name string)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: exactly(1), DisableFlagsInUseLine: true, ValidArgsFunction: a.completeContext,
		Example: "  admin context " + strings.Replace(use, "NAME", "town", 1),
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := a.readContexts()
			if err != nil {
				return err
			}
			if _, err := all.named(args[0]); err != nil {
				return err
			}
			edit(&all, args[0])
			if err := a.writeContexts(all); err != nil {
				return err
			}
			_, err = fmt.Fprint(a.out, contextTable(&all))
			return err
		},
	}
}

func (a *app) contextListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Show the gateways that have a name", Args: exactly(0), DisableFlagsInUseLine: true,
		Example: "  admin context list", ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			all, err := a.readContexts()
			if err != nil {
				return err
			}
			if a.json {
				type entry struct {
					Name      string `json:"name"`
					Current   bool   `json:"current"`
					URL       string `json:"url"`
					TokenFile string `json:"token_file"`
					CA        string `json:"ca,omitempty"`
				}
				list := []entry{}
				for _, name := range slices.Sorted(maps.Keys(all.Contexts)) {
					c := all.Contexts[name]
					list = append(list, entry{name, name == all.Current, c.URL, c.TokenFile, c.CA})
				}
				return a.printJSON(map[string]any{"contexts": list})
			}
			_, err = fmt.Fprint(a.out, contextTable(&all))
			return err
		},
	}
}

// contextTable is a context a line, the one in use marked.
func contextTable(all *contexts) string {
	if len(all.Contexts) == 0 {
		return "there are no contexts; admin context add makes one\n"
	}
	rows := [][]string{{"", "NAME", "ADDRESS", "TOKEN FILE"}}
	for _, name := range slices.Sorted(maps.Keys(all.Contexts)) {
		mark := ""
		if name == all.Current {
			mark = "*"
		}
		c := all.Contexts[name]
		rows = append(rows, []string{mark, clean(name), clean(c.URL), clean(c.TokenFile)})
	}
	return columnsOf(rows)
}

func (a *app) completeContext(_ *cobra.Command, args []string, begun string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
	all, err := a.readContexts()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, name := range slices.Sorted(maps.Keys(all.Contexts)) {
		if strings.HasPrefix(name, begun) {
			names = append(names, cobra.CompletionWithDesc(name, clean(all.Contexts[name].URL)))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
