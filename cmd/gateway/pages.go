package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/web"
)

// libraryMaker makes pages under a prefix. What it makes is read only, so several gateways in one process may share it.
type libraryMaker func(prefix string) (*web.Library, error)

func (o *opener) pages(prefix string) (*web.Library, error) {
	if o.library != nil {
		return o.library(prefix)
	}
	return web.NewLibrary(prefix)
}

// pagesOf makes a room's pages, and says what they are made with (web.Library.Folder). The error joins everything that is wrong with its
// folder, or with the languages that the room chooses from it.
func (a *app) pagesOf(ch *change, cfg *config.Config, i int) (pages *web.Site, folder string, err error) {
	lib, err := a.libraryOf(ch, cfg, i)
	if err != nil {
		return nil, "", err
	}
	pages, err = lib.Site(siteConfig(&cfg.Rooms[i]))
	var missing *web.NoPages
	if !errors.As(err, &missing) {
		return pages, lib.Folder(), at(fmt.Sprintf("rooms[%d]", i), err)
	}
	return nil, "", &refusal{languagesWithoutPages(fmt.Sprintf("rooms[%d]", i), &cfg.Rooms[i], missing)}
}

// languagesWithoutPages are those that a room chooses and neither we nor its folder have.
func languagesWithoutPages(path string, r *config.Room, missing *web.NoPages) []*config.Problem {
	problems := make([]*config.Problem, len(missing.Texts))
	for j, text := range missing.Texts {
		if r.Pages != "" {
			text += fmt.Sprintf("; the folder %s has no %s.yaml, which would bring them", r.Pages, r.Languages[missing.At[j]])
		}
		problems[j] = &config.Problem{Path: fmt.Sprintf("%s.languages[%d]", path, missing.At[j]), Text: text}
	}
	return problems
}

// folderProblems is config.Source.Pages. The prefix is that of no gateway, as the one of the configuration may be what is wrong.
func folderProblems(path string, r *config.Room) []*config.Problem {
	lib, err := ownPages(config.Default().Prefix, r.Pages)
	if err != nil {
		return problemsOf(path+".pages", err)
	}
	var missing *web.NoPages
	if _, err := lib.Site(siteConfig(r)); errors.As(err, &missing) {
		return languagesWithoutPages(path, r, missing)
	}
	return nil // what else a site refuses is a value of the room, of which the configuration speaks
}

// libraryOf is the library that a room's pages come from: that of its folder, which is read once a change, or the common one.
func (a *app) libraryOf(ch *change, cfg *config.Config, i int) (*web.Library, error) {
	r := &cfg.Rooms[i]
	if r.Pages == "" {
		return a.library, nil
	}
	lib := ch.pages[r.Pages]
	if lib == nil {
		var err error
		if lib, err = ownPages(cfg.Prefix, r.Pages); err != nil {
			return nil, eachAt(fmt.Sprintf("rooms[%d].pages", i), err)
		}
		if ch.pages == nil {
			ch.pages = map[string]*web.Library{}
		}
		ch.pages[r.Pages] = lib
		a.warnOfSentences(lib, i)
	}
	return lib, nil
}

// warnOfSentences says which sentences of a room's folder are not plain. A check alone says so: they can be shown.
func (a *app) warnOfSentences(lib *web.Library, i int) {
	if !a.open.look {
		return
	}
	for _, text := range lib.Warnings() {
		a.open.warnf(fmt.Sprintf("rooms[%d].pages", i), "%s", text)
	}
}

func ownPages(prefix, dir string) (*web.Library, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: dir, Err: errors.New("is not a folder")}
	}
	lib, err := web.NewOwnLibrary(prefix, os.DirFS(dir))
	return lib, namesFolder(dir, err)
}

// namesFolder gives an error of a folder itself its name, for which the pages say ".".
func namesFolder(dir string, err error) error {
	var of *fs.PathError
	if errors.As(err, &of) && of.Path == "." {
		return &fs.PathError{Op: of.Op, Path: dir, Err: of.Err}
	}
	return err
}

// eachAt gives each of the joined errors the path of a key.
func eachAt(path string, err error) error { return &refusal{problemsOf(path, err)} }

func newPages() *cobra.Command {
	cmd := &cobra.Command{Use: "pages", Short: "Look at the sentences of the pages"}
	cmd.AddCommand(&cobra.Command{
		Use:   "reference LANGUAGE",
		Short: "Print all sentences of a language, as a folder of rooms[].pages may replace them",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := web.Sentences(args[0])
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(file)
			return err
		},
	})
	return cmd
}
