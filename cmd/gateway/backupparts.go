package main

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/backup"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/staff"
)

// Directories in a backup.
const (
	linesIn = "line/"
	desksIn = "desk/"
	auditIn = "audit/"
	drawsIn = "draws/"
)

// keysName is the name of the keyring in a backup.
const keysName = "keys.json"

// State files of a line by their endings, in the order in which a gateway that runs may be copied: the marks say what has changed since the
// places, or the places are newer and say it all.
var lineEndings = [...]string{".marks", ".places"}

// backedUp are the files of a configuration that a backup holds, whether they are there or not.
func backedUp(cfg *config.Config, file string) (parts []backup.Part, err error) {
	parts = append(parts, backup.Part{Name: "configuration.yaml", Path: file, Rule: backup.Stay})
	if f := keysFile(cfg); f != "" {
		parts = append(parts, backup.Part{Name: keysName, Path: f})
	}
	if f := staffFile(cfg); f != "" {
		parts = append(parts, backup.Part{Name: staff.FileName, Path: f})
	}
	if f := tokenFile(cfg); f != "" {
		parts = append(parts, backup.Part{Name: "admin-token", Path: f})
	}
	if cfg.State.Dir != "" {
		for i := range cfg.Rooms {
			parts = append(parts, roomParts(cfg, cfg.Rooms[i].ID)...)
		}
		records, err := audit.Files(statePath(cfg, "audit"))
		if err != nil {
			return nil, err
		}
		for _, f := range records {
			parts = append(parts, backup.Part{Name: auditIn + filepath.Base(f), Path: f, Rule: backup.Grow})
		}
	}
	if dir := cfg.DrawsDir(); dir != "" {
		more, err := drawParts(dir)
		if err != nil {
			return nil, err
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

// roomParts are the files of one room in the state directory.
func roomParts(cfg *config.Config, id string) (parts []backup.Part) {
	if cfg.Store.Memory() {
		for _, ending := range lineEndings {
			parts = append(parts, backup.Part{Name: linesIn + id + ending, Path: statePath(cfg, id+ending)})
		}
	}
	return append(parts, backup.Part{Name: desksIn + id + ".json", Path: statePath(cfg, id+".desk.json")})
}

// drawParts are the records of draws in a directory, each room's in one of its own.
func drawParts(dir string) (parts []backup.Part, err error) {
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && p == dir:
			return fs.SkipAll // there is none yet
		case err != nil:
			return err
		case !d.Type().IsRegular() || strings.HasPrefix(d.Name(), "."): // half-written ones begin with a dot
			return nil
		}
		below, err := filepath.Rel(dir, p)
		parts = append(parts, backup.Part{Name: drawsIn + filepath.ToSlash(below), Path: p, Rule: backup.Stay})
		return err
	})
	return parts, err
}

// putWhere says where a file of a backup belongs in a configuration.
func putWhere(cfg *config.Config, file string) (func(name string) (backup.Part, bool), error) {
	parts, err := backedUp(cfg, file)
	if err != nil {
		return nil, err
	}
	known := map[string]backup.Part{}
	for _, p := range parts {
		known[p.Name] = p
	}
	return func(name string) (backup.Part, bool) {
		if p, ok := known[name]; ok {
			return p, true
		}
		if !filepath.IsLocal(name) || path.Clean(name) != name {
			return backup.Part{}, false
		}
		if below, ok := strings.CutPrefix(name, auditIn); ok && cfg.State.Dir != "" {
			return backup.Part{Name: name, Path: filepath.Join(statePath(cfg, "audit"), below), Rule: backup.Grow}, true
		}
		if below, ok := strings.CutPrefix(name, drawsIn); ok && cfg.DrawsDir() != "" {
			return backup.Part{Name: name, Path: filepath.Join(cfg.DrawsDir(), below), Rule: backup.Stay}, true
		}
		return backup.Part{}, false
	}, nil
}

// keysFile is where the keyring is; empty: in the environment, or nowhere.
func keysFile(cfg *config.Config) string {
	switch {
	case cfg.Keys.Env != "":
		return ""
	case cfg.Keys.File != "":
		return cfg.Keys.File
	case cfg.State.Dir != "":
		return statePath(cfg, "keys.json")
	}
	return ""
}

// tokenFile is where the operators' token is; empty: in the configuration, or nowhere.
func tokenFile(cfg *config.Config) string {
	switch {
	case cfg.Admin.TokenFile != "":
		return cfg.Admin.TokenFile
	case cfg.Admin.Token.Reveal() == "" && cfg.State.Dir != "":
		return statePath(cfg, "admin-token")
	}
	return ""
}
