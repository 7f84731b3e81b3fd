package booking

import (
	"slices"

	"github.com/dunglas/httpsfv"
)

// CommandField is the field of an answer by which a site commands the gateway, in lower case.
const CommandField = "einlass-command"

// The commands that a site can give.
const (
	Finish  = "finish"   // the stay is done
	Booked  = "booked"   // something was taken; count and ref say how many and what the site calls it
	Freed   = "freed"    // it was given back
	SoldOut = "sold-out" // nothing is left
	Pause   = "pause"    // nobody more may be called
)

// Commands are all of them.
func Commands() []string { return []string{Finish, Booked, Freed, SoldOut, Pause} }

// Command is one that a site has given.
type Command struct {
	// Name is one of Commands.
	Name string
	Met
}

// ParseCommands reads the values of the field: a list of tokens with parameters (RFC 9651 §3.1), as in
//
//	booked;count=2;ref="A17", finish
//
// A field that is no such list gives no command, and so do words that are none: ok is false then. The parameters are those of booked and
// freed: count is 0 to MaxCount, ref a string or a token.
func ParseCommands(values []string) (all []Command, ok bool) {
	list, err := httpsfv.UnmarshalList(values)
	if err != nil {
		return nil, false
	}
	ok = true
	for _, member := range list {
		item, _ := member.(httpsfv.Item)
		name, is := item.Value.(httpsfv.Token)
		if !is || !slices.Contains(Commands(), string(name)) {
			ok = false
			continue
		}
		c := Command{string(name), Met{Count: 1}}
		if n, is := parameter(item, "count").(int64); is {
			c.Count = counted(n)
		}
		switch ref := parameter(item, "ref").(type) {
		case string:
			c.Ref = ref
		case httpsfv.Token:
			c.Ref = string(ref)
		}
		c.Ref = c.Ref[:min(len(c.Ref), MaxRef)]
		all = append(all, c)
	}
	return all, ok
}

func parameter(item httpsfv.Item, name string) any {
	if item.Params == nil {
		return nil
	}
	value, _ := item.Params.Get(name)
	return value
}
