package journal

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Rooms are the rooms of which a directory holds journals, in order.
func Rooms(dir string) (rooms []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), suffix) {
			continue
		}
		h, err := headerOf(filepath.Join(dir, e.Name()))
		if err == nil && h.Room != "" && !slices.Contains(rooms, h.Room) {
			rooms = append(rooms, h.Room)
		}
	}
	slices.Sort(rooms)
	return rooms, nil
}

// Find names the journals of one room in a directory, in the order of their names. The name of a file is not enough:
// those of room a-b begin like those of room a. A file whose header cannot be read is named too, for Merge to judge.
// The error is that of the directory; no file at all is none.
func Find(dir, room string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var paths []string
	for _, e := range entries {
		if e.IsDir() || !strings.HasPrefix(e.Name(), room+"-") || !strings.HasSuffix(e.Name(), ".jsonl") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if h, err := headerOf(path); err == nil && h.Room != room {
			continue
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func headerOf(path string) (h Header, err error) {
	file, err := os.Open(path)
	if err != nil {
		return h, err
	}
	defer func() { _ = file.Close() }()
	text, err := bufio.NewReaderSize(file, headerSize).ReadSlice('\n')
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(text, &h)
}
