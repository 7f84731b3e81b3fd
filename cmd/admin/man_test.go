package main

import (
	"flag"
	"testing"

	"github.com/einlass/einlass/test/manual"
)

var updateMan = flag.Bool("update", false, "write man/ anew")

func TestTheManualIsCurrent(t *testing.T) {
	manual.Hold(t, (&app{}).root(), "../../man", *updateMan)
}
