package queuetest_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue/queuetest"
)

func TestTheModelKeepsTheSpecification(t *testing.T) { queuetest.Run(t, queuetest.ModelFactory) }

func TestTheModelAgreesWithItself(t *testing.T) {
	queuetest.Differential(t, queuetest.ModelFactory, queuetest.ModelFactory)
}

func TestTheModelIsLinearizable(t *testing.T) { queuetest.Linearizable(t, queuetest.ModelFactory) }
