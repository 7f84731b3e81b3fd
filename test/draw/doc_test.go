package draw

import (
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue/draw"
)

const document = "../../docs/draw.md"

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The example of docs/draw.md runs as it stands, and prints what stands below each command.
func TestTheExampleByHandIsTrue(t *testing.T) {
	t.Parallel()
	text := read(t, document)
	fence := regexp.MustCompile("(?ms)^```(sh|text) draw=(\\S+)\n(.*?)^```$")
	script, printed := "set -eu\n", map[string]string{}
	var names []string
	for _, block := range fence.FindAllStringSubmatch(text, -1) {
		if block[1] == "text" {
			printed[block[2]] = block[3]
			continue
		}
		names = append(names, block[2])
		script += "echo '== " + block[2] + "'\n" + block[3]
	}
	if len(names) != 5 || len(printed) != 4 {
		t.Fatalf("%d commands and %d outputs: the example has 5 and 4", len(names), len(printed))
	}
	out, err := exec.CommandContext(t.Context(), "bash", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, part := range strings.Split(string(out), "== ")[1:] {
		name, got, _ := strings.Cut(part, "\n")
		if got != printed[name] {
			t.Errorf("%s prints\n%s, the document says\n%s", name, got, printed[name])
		}
	}
	byHand(t, text, strings.TrimSpace(printed["seed"]))
	// The result is the product's too.
	raw, err := hex.DecodeString(strings.TrimSpace(printed["seed"]))
	if err != nil {
		t.Fatal(err)
	}
	p, err := draw.New([32]byte(raw), 10)
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for lot := range uint64(10) {
		place, err := p.Place(lot)
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, fmt.Sprint(place))
	}
	if want := strings.Join(places, " "); !strings.HasSuffix(printed["order"], "\n"+want+"\n") {
		t.Errorf("order\n%s, the gateway's is %s", printed["order"], want)
	}
}

// byHand checks the tables that were filled in with pen and paper: each row of positions follows from the one above by the pairs
// that its round says change places, and the last is what the script prints for three rounds.
func byHand(t *testing.T, text, seed string) {
	t.Helper()
	rounds := regexp.MustCompile(`(?m)^\| (\d) \| (\d+) \+ 6 × (\d+) = (\d+) → (\d) \| (.*) \| (.*) \|$`).FindAllStringSubmatch(text, -1)
	rows := regexp.MustCompile(`(?m)^\| after round (\d) \| (.*) \|$`).FindAllStringSubmatch(text, -1)
	if len(rounds) != 3 || len(rows) != 3 {
		t.Fatalf("%d rounds, %d rows of positions", len(rounds), len(rows))
	}
	at := [10]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	for r, round := range rounds {
		number := func(i int) int { n, _ := strconv.Atoi(round[i]); return n }
		if sum := number(2) + 6*number(3); sum != number(4) || sum%10 != number(5) {
			t.Errorf("round %d: %s", r, round[0])
		}
		moves := map[int]int{}
		for _, pair := range regexp.MustCompile(`(\d)–(\d): (\d)`).FindAllStringSubmatch(round[6], -1) {
			a, b := int(pair[1][0]-'0'), int(pair[2][0]-'0')
			if (a+b)%10 != number(5) {
				t.Errorf("round %d: %s is no pair", r, pair[0])
			}
			changes := round[7] == "all" || strings.Contains(round[7], pair[1]+"–"+pair[2])
			if changes != (pair[3] == "1") {
				t.Errorf("round %d: %s, and %s change places", r, pair[0], round[7])
			}
			if changes {
				moves[a], moves[b] = b, a
			}
		}
		var row []string
		for lot, position := range at {
			if to, ok := moves[position]; ok {
				at[lot] = to
			}
			row = append(row, fmt.Sprint(at[lot]))
		}
		if got := strings.Join(row, " | "); got != rows[r][2] {
			t.Errorf("after round %d: %s, the table says %s", r, got, rows[r][2])
		}
	}
	if row := strings.ReplaceAll(rows[2][2], " | ", " "); !strings.Contains(text, "```text draw=order\n"+row+"\n") {
		t.Errorf("three rounds by seed %s: the script prints something else than %s", seed, row)
	}
}

// The vectors of the document are those of the product.
func TestTheVectorsOfTheDocumentAreTrue(t *testing.T) {
	text := read(t, document)
	seedOf := func(s string) (v draw.Value) {
		if err := v.UnmarshalText([]byte(s)); err != nil {
			t.Fatal(err)
		}
		return v
	}
	var secret draw.Value
	for i := range secret {
		secret[i] = byte(i)
	}
	value := seedOf("fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd")
	seed := draw.Seed(secret, 7, 1, 9000, draw.NoRoll(), value)
	says := func(line string) {
		t.Helper()
		if !strings.Contains(text, line) {
			t.Errorf("the document lacks %s", line)
		}
	}
	says("| seal | `" + draw.Commit(secret).String() + "` |")
	says("| seed | `" + seed.String() + "` |")
	places := func(seed draw.Value, n, count uint64, of func(*draw.Permutation, uint64) (uint64, error)) string {
		p, err := draw.New(seed, n)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for i := range count {
			place, err := of(p, i)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprint(place))
		}
		return strings.Join(all, " ")
	}
	says("| places of the lots 0 to 7 | " + places(seed, 9000, 8, (*draw.Permutation).Place) + " |")
	says("| lots of the places 0 to 7 | " + places(seed, 9000, 8, (*draw.Permutation).Position) + " |")
	other := seedOf("504eb001483eb71ee6e19b723539d175684b6efc04147cb59da5d77a39b96b07")
	for _, n := range []uint64{10, 9000, 1_000_000} {
		says(fmt.Sprintf("| %d | %s |", n, places(other, n, 10, (*draw.Permutation).Place)))
	}
}
