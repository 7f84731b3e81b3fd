package config

import "testing"

func TestAProblemThatIsFoundBehindLoadHasItsPlace(t *testing.T) {
	const text = `listen: {http: ":8080"}
keys:
  file: ring.json
rooms:
  - id: a
    backend:
      url: http://127.0.0.1:8000
`
	src := Source{File: "einlass.yaml", Env: []string{"EINLASS_STATE__DIR=/srv/state"}, Flags: map[string]string{"log.level": "warn"}}
	_, places, err := loadPlaced(src, []byte(text), readFile)
	if err != nil {
		t.Fatal(err)
	}
	got := places.Error([]*Problem{
		{Path: "state.dir", Text: "b"},
		{Path: "log.level", Text: "c"},
		{Path: "rooms[0].backend.addresses[0]", Text: "d"},
		{Path: "keys.file", Text: "e"},
		{Path: "admin.listen", Text: "f"},
	}).Error()
	const want = `einlass.yaml: 5 problems
  line 3: keys.file: e
  line 7: rooms[0].backend.addresses[0]: d
  environment EINLASS_STATE__DIR: state.dir: b
  flag log.level: log.level: c
  admin.listen: f`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
