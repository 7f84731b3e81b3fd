package main

import (
	"context"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// pauseWait bounds how long the answer by which a site asks to pause its room waits for the store.
const pauseWait = 2 * time.Second

// pauseAsked pauses a room because its site asks for it. It is a change like that of an operator, recorded and shown, and an operator
// undoes it. If the store is away it fails, which the record says, and the next answer of the site asks again.
func (a *app) pauseAsked(room string) {
	ctx, cancel := context.WithTimeout(context.Background(), pauseWait)
	defer cancel()
	ctx = operator.NewContext(ctx, operator.Principal{Name: "site", Method: "Einlass-Command", Role: operator.RoleOperator})
	mode := queue.ModePause
	_, _ = a.operators.Change(ctx, room, operator.Change{Mode: &mode, Reason: "the site asked"}) // the record says what came of it
}
