package main

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/operator"
	keyring "github.com/einlass/einlass/pkg/token"
)

// someCodes answers about one batch of two codes.
type someCodes struct{}

func (someCodes) batches(id string) (operator.CodesInfo, error) {
	if id != "termine" {
		return operator.CodesInfo{}, &operator.UnknownRoomError{ID: id}
	}
	return operator.CodesInfo{ID: id, Version: 3, Zone: "Europe/Berlin", Batches: []operator.CodeBatch{
		{Batch: 1, Group: "residents", Count: 2, Uses: 1, Made: 1, Key: "k1", Revoked: []uint32{}, State: operator.BatchInForce},
	}}, nil
}

func (c someCodes) print(id string) (operator.CodesPrinted, error) {
	info, err := c.batches(id)
	if err != nil {
		return operator.CodesPrinted{}, err
	}
	ring, err := keyring.LoadEnv("k1:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))))
	if err != nil {
		return operator.CodesPrinted{}, err
	}
	source, err := keyring.NewSource(ring)
	if err != nil {
		return operator.CodesPrinted{}, err
	}
	codes, err := door.NewCodes(source, id, door.Batches{{ID: 1, Kid: "k1", Made: 1, Group: "residents", Uses: 1, Count: 2}})
	if err != nil {
		return operator.CodesPrinted{}, err
	}
	printer, err := codes.Printer(1)
	return operator.CodesPrinted{ID: id, Batch: info.Batches[0], Printer: printer}, err
}

func (c someCodes) Codes(_ context.Context, id string) (operator.CodesInfo, error) {
	return c.batches(id)
}

func (c someCodes) MakeCodes(_ context.Context, id string, _ operator.CodesAsked) (operator.CodesPrinted, error) {
	return c.print(id)
}

func (c someCodes) PrintCodes(_ context.Context, id string, _ operator.CodesAgain) (operator.CodesPrinted, error) {
	return c.print(id)
}

func (c someCodes) RevokeCodes(_ context.Context, id string, _ operator.CodesRevoked) (operator.CodesInfo, error) {
	return c.batches(id)
}

func (c someCodes) RestoreCodes(_ context.Context, id string, _ operator.CodesRestored) (operator.CodesInfo, error) {
	return c.batches(id)
}

func (c someCodes) RemoveCodes(_ context.Context, id string, _ operator.CodesRemoved) (operator.CodesInfo, error) {
	return c.batches(id)
}

func (c someCodes) Invite(_ context.Context, id string, asked operator.InviteAsked) (operator.Invited, error) {
	_, err := c.batches(id)
	return operator.Invited{ID: id, Group: asked.Group, Invitation: "eyJ"}, err
}

func (someCodes) RefuseCodes(_ context.Context, _, _ string, why error) error { return why }
