// Command image writes the OCI image of the gateway as an archive, from programs that are built already and without a container engine:
//
//	image -version 1.2.3 -created 2026-12-01T08:00:00Z -out einlass-oci.tar amd64=dist/amd64 arm64=dist/arm64
//
// Each directory holds gateway and admin for one architecture. The same programs and time give the same digest. The image holds nothing
// but them, the authorities of the web and a user, 65532, who owns /var/lib/einlass alone: its root may be read-only.
package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// user is the uid and gid of the gateway: nobody's on a Debian or a Red Hat.
const user = 65532

func main() {
	version := flag.String("version", "", "what the image is called")
	created := flag.String("created", "", "time of the commit, as RFC 3339 has it")
	out := flag.String("out", "", "the archive to write")
	flag.Parse()
	digest, err := write(*out, *version, *created, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
	fmt.Println(digest)
}

// write makes the archive and answers the digest of its index.
func write(out, version, created string, programs []string) (string, error) {
	when, err := time.Parse(time.RFC3339, created)
	if err != nil {
		return "", fmt.Errorf("-created: %w", err)
	}
	if version == "" || out == "" || len(programs) == 0 {
		return "", fmt.Errorf("-version, -out and ARCH=DIRECTORY are needed")
	}
	about := map[string]string{
		"org.opencontainers.image.title":    "Einlass",
		"org.opencontainers.image.version":  version,
		"org.opencontainers.image.licenses": "Apache-2.0",
		"org.opencontainers.image.source":   "https://github.com/einlass/einlass",
		"org.opencontainers.image.created":  when.Format(time.RFC3339),
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, program := range programs {
		arch, dir, ok := strings.Cut(program, "=")
		if !ok {
			return "", fmt.Errorf("%s: ARCH=DIRECTORY is wanted", program)
		}
		image, err := imageOf(arch, dir, when, about)
		if err != nil {
			return "", err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	index = mutate.Annotations(index, about).(v1.ImageIndex)
	return archive(out, version, index, when)
}

// imageOf is the image of one architecture: one layer and how it is started.
func imageOf(arch, dir string, when time.Time, about map[string]string) (v1.Image, error) {
	content, err := files(dir, when)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.Append(image, mutate.Addendum{
		Layer: layer, History: v1.History{CreatedBy: "tools/image", Created: v1.Time{Time: when}},
	}); err != nil {
		return nil, err
	}
	made, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config := made.DeepCopy()
	config.OS, config.Architecture, config.Created = "linux", arch, v1.Time{Time: when}
	config.Config = v1.Config{
		User:         fmt.Sprintf("%d:%d", user, user),
		Entrypoint:   []string{"/usr/bin/gateway"},
		Cmd:          []string{"serve", "-c", "/etc/einlass/einlass.yaml"},
		Env:          []string{"PATH=/usr/bin"},
		WorkingDir:   "/var/lib/einlass",
		ExposedPorts: map[string]struct{}{"8080/tcp": {}},
		Volumes:      map[string]struct{}{"/var/lib/einlass": {}},
		StopSignal:   "SIGTERM",
		Labels:       about,
	}
	return mutate.ConfigFile(image, config)
}

// files is the one layer of the image.
func files(dir string, when time.Time) ([]byte, error) {
	var out bytes.Buffer
	layer := tar.NewWriter(&out)
	add := func(name string, mode int64, owner int, data []byte) error {
		head := &tar.Header{Name: name, Mode: mode, Uid: owner, Gid: owner, ModTime: when, Typeflag: tar.TypeReg, Size: int64(len(data))}
		if strings.HasSuffix(name, "/") {
			head.Typeflag = tar.TypeDir
		}
		if err := layer.WriteHeader(head); err != nil {
			return err
		}
		_, err := layer.Write(data)
		return err
	}
	for _, entry := range []struct {
		name  string
		mode  int64
		owner int
		data  []byte
	}{
		{"etc/", 0o755, 0, nil},
		{"etc/einlass/", 0o755, 0, nil},
		{"etc/group", 0o644, 0, fmt.Appendf(nil, "root:x:0:\neinlass:x:%d:\n", user)},
		{"etc/passwd", 0o644, 0, fmt.Appendf(nil, "root:x:0:0:root:/:/sbin/nologin\neinlass:x:%d:%d:Einlass:/var/lib/einlass:/sbin/nologin\n", user, user)},
		{"etc/ssl/", 0o755, 0, nil},
		{"etc/ssl/certs/", 0o755, 0, nil},
		{"etc/ssl/certs/ca-certificates.crt", 0o644, 0, authorities()},
		{"tmp/", 0o1777, 0, nil},
		{"usr/", 0o755, 0, nil},
		{"usr/bin/", 0o755, 0, nil},
		{"var/", 0o755, 0, nil},
		{"var/lib/", 0o755, 0, nil},
		{"var/lib/einlass/", 0o700, user, nil},
	} {
		if err := add(entry.name, entry.mode, entry.owner, entry.data); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"admin", "gateway"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if err := add("usr/bin/"+name, 0o755, 0, data); err != nil {
			return nil, err
		}
	}
	err := layer.Close()
	return out.Bytes(), err
}

// authorities are those that Mozilla trusts, as they stand in the module that go.sum names. What an authority may only do under
// conditions that a file cannot say is left out.
func authorities() []byte {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
		}
	}
	return out.Bytes()
}

// archive writes the index and all that it names as an OCI layout into a tar file.
func archive(out, version string, index v1.ImageIndex, when time.Time) (string, error) {
	dir, err := os.MkdirTemp("", "einlass-image-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return "", err
	}
	name := layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": version})
	if err := path.AppendIndex(index, name); err != nil {
		return "", err
	}
	file, err := os.Create(out)
	if err != nil {
		return "", err
	}
	err = pack(file, os.DirFS(dir), when)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", err
	}
	digest, err := index.Digest()
	return digest.String(), err
}

// pack writes a tree, in the order of its names and without its times and owners.
func pack(out io.Writer, tree fs.FS, when time.Time) error {
	packed := tar.NewWriter(out)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if err := packed.WriteHeader(&tar.Header{Name: name, Mode: 0o644, ModTime: when, Typeflag: tar.TypeReg, Size: int64(len(data))}); err != nil {
			return err
		}
		_, err = packed.Write(data)
		return err
	})
	if err != nil {
		return err
	}
	return packed.Close()
}
