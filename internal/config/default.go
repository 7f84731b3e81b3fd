package config

import (
	"slices"
	"time"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// Default is the configuration of an empty file. It lacks a room and is not valid.
func Default() Config {
	return Config{
		Listen: Listen{HTTP: ":8080", UnixMode: "0660"},
		TLS: TLS{
			ACME:       ACME{Directory: "https://acme-v02.api.letsencrypt.org/directory", Storage: "acme"},
			Redirect:   true,
			MinVersion: "1.2",
			Suites:     slices.Clone(recommendedSuites),
		},
		TrustedFields: []string{"X-Forwarded-For", "X-Forwarded-Proto"},
		Limits: Limits{
			HeaderBytes:       16 << 10,
			HeaderCount:       100,
			URLBytes:          8 << 10,
			BodyBytes:         64 << 20,
			HeadTimeout:       10 * time.Second,
			BodyMinRate:       1 << 10,
			WriteStall:        30 * time.Second,
			IdleTimeout:       75 * time.Second,
			Connections:       100_000,
			ConnectionsPerIP:  2_000,
			ArrivalsPerPrefix: Arrivals{Rate: 1_200, Burst: 2_000},
			Codes:             Codes{Wrong: 5, WrongInAll: 6_000},
			Stay:              Stay{InFlight: 32, Networks: 4},
		},
		Prefix: "/.einlass",
		Store: Store{
			URL:            "memory",
			KeyPrefix:      "einlass",
			DialTimeout:    time.Second,
			CommandTimeout: time.Second,
			Connections:    16,
		},
		State:       State{Dir: "state", Interval: time.Second, PlacesInterval: 10 * time.Second},
		Journal:     Journal{Retention: 30 * 24 * time.Hour},
		Audit:       Audit{Retention: 365 * 24 * time.Hour},
		Draws:       defaultDraws(),
		Admin:       Admin{Listen: "127.0.0.1:8081"},
		Alerts:      Alerts{Mail: AlertsMail{Language: "en"}},
		Log:         Log{Level: "info", Format: "json"},
		Drain:       5 * time.Second,
		StopTimeout: 30 * time.Second,
	}
}

// DefaultRoom is what every room begins with. It lacks an id and a backend.
func DefaultRoom() Room {
	return Room{
		Commands: []string{booking.Finish, booking.Booked, booking.Freed},
		Backend: Backend{
			Timeouts: BackendTimeouts{
				Connect:    3 * time.Second,
				FirstByte:  time.Minute,
				IdleRead:   2 * time.Minute,
				WriteStall: 30 * time.Second,
				ClientRead: 30 * time.Second,
			},
			MaxAnswerHead: 64 << 10,
			MaxInFlight:   512,
			Queue:         BackendQueue{Length: 256, Wait: 5 * time.Second},
			KeepAlive:     KeepAlive{MaxIdle: 256, IdleTimeout: 30 * time.Second},
			Upgrade:       Upgrade{Max: 4096, IdleTimeout: 10 * time.Minute, TotalTimeout: 24 * time.Hour},
			Health: Health{
				Interval:   5 * time.Second,
				Timeout:    2 * time.Second,
				Status:     "200-399",
				Unhealthy:  3,
				Healthy:    2,
				Failures:   5,
				Backoff:    time.Second,
				MaxBackoff: 30 * time.Second,
				SlowStart:  10 * time.Second,
			},
		},
		Pace: Pace{Rate: 60, MaxInside: 100, Inside: InsideExpected, Health: "act"},
		Draw: Draw{Beacon: string(draw.Drand), Lots: Lots{IPv4: 100, IPv6: 16}},
		Mode: "run",
		Session: Session{
			Idle: 10 * time.Minute, Max: 2 * time.Hour, Resume: 30 * time.Minute, Active: 2 * time.Second, FormGrace: 10 * time.Minute,
		},
		ClaimWindow:    3 * time.Minute,
		Entry:          10 * time.Second,
		AbsentAfter:    10 * time.Minute,
		ConfirmWithin:  15 * time.Second,
		TicketLife:     24 * time.Hour,
		Poll:           Poll{Min: 3 * time.Second, Max: 30 * time.Second},
		OnStoreFailure: "hold",
	}
}
