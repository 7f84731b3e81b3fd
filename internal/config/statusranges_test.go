package config

import "testing"

func TestStatusesAreGivenAsASet(t *testing.T) {
	for text, want := range map[string][]int{
		"200":             {200},
		"200-299":         {200, 250, 299},
		"200,204,301-302": {200, 204, 301, 302},
	} {
		set, err := ParseStatusRanges(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range want {
			if !set.Contains(s) {
				t.Errorf("%q does not contain %d", text, s)
			}
		}
		if set.Contains(500) || set.Contains(203) != (text == "200-299") {
			t.Errorf("%q contains too much", text)
		}
	}
	for _, text := range []string{"", "x", "199", "600", "300-200", "200-", "-200", "200,,204", "200, 204", "+20", "0200"} {
		if _, err := ParseStatusRanges(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
