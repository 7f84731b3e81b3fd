package fakegateway

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/einlass/einlass/internal/web"
)

// townFiles are a folder with a town's colours and its logo.
//
//go:embed testdata/town
var townFiles embed.FS

// newTown makes a fake gateway for a site whose town has its own colours, a logo, and links at the foot.
func newTown(site web.SiteConfig) (*Server, error) {
	folder, err := fs.Sub(townFiles, "testdata/town")
	if err != nil {
		return nil, fmt.Errorf("fake gateway: town: %w", err)
	}
	site.Links = web.Links{
		Imprint: "/impressum", Privacy: "/datenschutz", Accessibility: "https://www.musterstadt.example/barrierefreiheit",
		Barrier: "mailto:barriere@musterstadt.example",
	}
	library, err := web.NewOwnLibrary(Prefix, folder)
	if err != nil {
		return nil, fmt.Errorf("fake gateway: town: %w", err)
	}
	pages, err := library.Site(site)
	if err != nil {
		return nil, fmt.Errorf("fake gateway: town: %w", err)
	}
	return &Server{library: library, pages: pages}, nil
}

// of is the server of a setup.
func (s *Server) of(setup Setup) *Server {
	if setup.Town {
		return s.town
	}
	return s
}
