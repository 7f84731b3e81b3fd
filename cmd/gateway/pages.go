package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/web"
)

// pagesOf is the library that a room's pages come from: that of its folder, which is read once a change, or the common one. The
// error joins everything that is wrong with the folder, and with the languages that the room chooses from it.
func (a *app) pagesOf(ch *change, cfg *config.Config, i int) (*web.Library, error) {
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
	}
	for j, tag := range r.Languages {
		if known := lib.Languages(); !slices.Contains(known, tag) {
			return nil, at(fmt.Sprintf("rooms[%d].languages[%d]", i, j),
				fmt.Errorf("there are no pages in %q; want some of %s", tag, strings.Join(known, ", ")))
		}
	}
	return lib, nil
}

func ownPages(prefix, dir string) (*web.Library, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: dir, Err: errors.New("is not a folder")}
	}
	return web.NewOwnLibrary(prefix, os.DirFS(dir))
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
