//go:build long

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// Paper is what a browser makes of it: 24 labels a sheet, and no sheet that is empty.
func TestChromiumPrintsTwentyFourLabelsASheet(t *testing.T) {
	for codes, sheets := range map[int]int{1: 1, 24: 1, 25: 2, 240: 10} {
		t.Run(fmt.Sprint(codes), func(t *testing.T) {
			dir := t.TempDir()
			table := "serial,code\r\n"
			for i := range codes {
				table += fmt.Sprintf("%d,WWWW-WWWW-WWWW-WWWW\r\n", i)
			}
			file, page, pdf := filepath.Join(dir, "codes.csv"), filepath.Join(dir, "labels.html"), filepath.Join(dir, "labels.pdf")
			if err := os.WriteFile(file, []byte(table), 0o600); err != nil {
				t.Fatal(err)
			}
			// A note that is too long for its label is cut off, and moves nothing.
			note := "termine.speyer.de, ab Montag, 14. Juni 2027, 8 Uhr. Der Code gilt für zwei Personen eines Haushalts. Fragen: 06232 14-0. Bewahren Sie ihn gut auf."
			if code, _, stderr := command(t, nil, "codes", "print", file, "--out", page, "--title", "Impftermine der Stadt Speyer", "--note", note); code != exitOK {
				t.Fatalf("exit code %d, %s", code, stderr)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			out, err := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"),
				"--no-pdf-header-footer", "--print-to-pdf="+pdf, "file://"+page).CombinedOutput()
			if err != nil {
				t.Fatalf("chromium (apt-get install chromium): %v\n%s", err, out)
			}
			text, err := os.ReadFile(pdf)
			if err != nil {
				t.Fatal(err)
			}
			if pages := len(regexp.MustCompile(`/Type\s*/Page[^s]`).FindAll(text, -1)); pages != sheets {
				t.Errorf("%d codes are printed on %d pages, want %d", codes, pages, sheets)
			}
			if size := regexp.MustCompile(`/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]`).FindSubmatch(text); size == nil || string(size[1])[:3] != "594" && string(size[1])[:3] != "595" {
				t.Errorf("the paper is %s, want A4: 595 by 842 points", size)
			}
		})
	}
}
