package queuetest_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue/queuetest"
)

func TestTheModelKeepsTheSpecification(t *testing.T) { queuetest.Run(t, queuetest.ModelFactory) }
