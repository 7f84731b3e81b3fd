package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
)

func (a *app) codesPrintCommand() *cobra.Command {
	var text sheetText
	var file string
	cmd := &cobra.Command{
		Use: "print FILE", Short: "Make labels of a file of codes, as a page to print",
		Long: "Make labels of a file of codes that admin codes new has written, or of the\n" +
			"standard input for -: a page of HTML that a browser prints on A4, 24 labels of\n" +
			"70 by 37 mm a sheet, without margins. It asks no gateway.",
		Example: "  admin codes print codes.csv --out labels.html --title \"Impftermine Speyer\" \\\n" +
			"      --note \"termine.speyer.de, ab 14. Juni 8 Uhr\"",
		DisableFlagsInUseLine: true, Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := free(file); err != nil {
				return err
			}
			in, err := a.openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			return whole(file, a.out, func(out io.Writer) error { return printSheets(out, in, &text) })
		},
	}
	cmd.Flags().StringVar(&file, "out", "", "`file` to write, which only you may read\n(default standard output)")
	cmd.Flags().StringVar(&text.Title, "title", "", "a line above each code, of about 30 signs")
	cmd.Flags().StringVar(&text.Note, "note", "", "a line below each code: where to type it, and when")
	return cmd
}

// sheetText is what all labels have in common.
type sheetText struct{ Title, Note string }

// labelsASheet are three columns of eight.
const labelsASheet = 24

// printSheets makes labels of a table of codes.
func printSheets(out io.Writer, in io.Reader, text *sheetText) error {
	rows := csv.NewReader(in)
	names, err := rows.Read()
	if err != nil {
		return errors.New("there are no codes in it: want CSV with the columns serial and code")
	}
	serial, code := slices.Index(names, "serial"), slices.Index(names, "code")
	if serial < 0 || code < 0 {
		return fmt.Errorf("the first line is %q: want the names of the columns, serial and code among them", clean(fmt.Sprint(names)))
	}
	t, err := template.New("sheets").Parse(sheetHTML)
	if err != nil {
		return err
	}
	if err := t.ExecuteTemplate(out, "head", text); err != nil {
		return err
	}
	n := 0
	for ; ; n++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n+2, err)
		}
		label := struct {
			sheetText

			Serial, Code string
			First        bool // of its sheet
			Before       bool // there is a sheet before it
		}{*text, row[serial], row[code], n%labelsASheet == 0, n > 0}
		if err := t.ExecuteTemplate(out, "label", &label); err != nil {
			return err
		}
	}
	if n == 0 {
		return errors.New("there are no codes in it")
	}
	return t.ExecuteTemplate(out, "foot", nil)
}

// sheetHTML is the page in three parts, so that a million labels are never in memory at once. A sheet is a little lower than the paper: what is
// rounded up would be another page.
const sheetHTML = `{{define "head"}}<!doctype html>
<html>
<meta charset="utf-8">
<title>{{if .Title}}{{.Title}}{{else}}Codes{{end}}</title>
<style>
@page { size: A4; margin: 0 }
body { margin: 0; font: 9pt/1.25 sans-serif; color: #000; background: #fff }
.sheet { width: 210mm; height: 296mm; display: grid; grid-template: repeat(8, 37mm) / repeat(3, 70mm); overflow: hidden }
.sheet + .sheet { break-before: page }
.label { box-sizing: border-box; padding: 4mm 5mm; overflow: hidden; display: flex; flex-direction: column; justify-content: space-between }
.label p { margin: 0 }
.code { font: bold 12.5pt/1.2 monospace; white-space: nowrap }
.serial { font-size: 6.5pt; text-align: right }
</style>
{{end}}{{define "label"}}{{if .First}}{{if .Before}}</div>
{{end}}<div class="sheet">
{{end}}<div class="label"><p>{{.Title}}</p><p class="code">{{.Code}}</p><p>{{.Note}}</p><p class="serial">{{.Serial}}</p></div>
{{end}}{{define "foot"}}</div>
</html>
{{end}}`

// openInput opens a file, or the standard input for -.
func (a *app) openInput(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.in), nil
	}
	return os.Open(name)
}
