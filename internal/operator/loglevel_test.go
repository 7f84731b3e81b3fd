package operator_test

import (
	"errors"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

func TestTheLevelOfTheLogIsForAdminsOfAllRooms(t *testing.T) {
	level := zap.NewAtomicLevel()
	core, logs := observer.New(level)
	s, err := operator.New(func() []operator.Room { return nil }, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	s.SetLevels(level)
	admin := operator.NewContext(t.Context(), operator.Principal{Name: "it", Role: operator.RoleAdmin})
	for _, who := range []operator.Principal{{Role: operator.RoleOperator}, {Role: operator.RoleAdmin, Rooms: []string{"a"}}} {
		if _, err := s.ChangeLogLevel(operator.NewContext(t.Context(), who), operator.LogChange{Level: "debug"}); !errors.Is(err, operator.ErrNotAllowed) || level.Level() != zap.InfoLevel {
			t.Errorf("%+v: %v", who, err)
		}
	}
	for _, bad := range []operator.LogChange{{Level: "loud"}, {Level: "fatal"}, {Level: ""}, {Level: "debug", Reason: strings.Repeat("x", operator.MaxReason+1)}} {
		if _, err := s.ChangeLogLevel(admin, bad); !errors.Is(err, queue.ErrInvalid) || level.Level() != zap.InfoLevel {
			t.Errorf("%q: %v", bad.Level, err)
		}
	}
	if info, err := s.ChangeLogLevel(admin, operator.LogChange{Level: "error", Reason: "quiet"}); err != nil || info.Level != "error" || level.Level() != zap.ErrorLevel {
		t.Errorf("%+v, %v", info, err)
	}
	if logs.FilterMessage("log level changed").Len() != 1 {
		t.Error("the log does not tell that it tells less")
	}
	if info, err := s.LogLevel(admin); err != nil || info.Level != "error" {
		t.Errorf("%+v, %v", info, err)
	}
}
