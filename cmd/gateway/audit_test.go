package main

import (
	"path/filepath"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/operator"
)

func TestAGatewayRecordsWhatIsDoneAndSignsIt(t *testing.T) {
	site := newSite(t)
	p := &draft{rooms: []planned{{id: "termine", backend: site.backend()}}}
	r := run(t, p)
	rate := int64(90)
	ctx := operator.NewContext(t.Context(), operator.Principal{Name: "anna", Role: operator.RoleAdmin})
	until(t, "the line is there", func() bool {
		_, err := r.operators.Change(ctx, "termine", operator.Change{Rate: &rate, Reason: "more seats"})
		return err == nil
	})
	page, err := r.operators.Audit(ctx, audit.Query{Room: "termine", Limit: 1})
	if err != nil || len(page.Entries) != 1 || page.Entries[0].Principal.Name != "anna" || page.Entries[0].Gateway != r.name {
		t.Fatalf("%+v, %v", page, err)
	}
	at := r.serving.Load().cfg
	key, ok := r.keys.source.Ring().Signer(page.Entries[0].Time)
	if !ok {
		t.Fatal("the keyring signs nothing")
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	files, err := audit.Files(filepath.Join(at.State.Dir, "audit"))
	if err != nil {
		t.Fatal(err)
	}
	proof, err := audit.Verify(nil, files, []audit.Key{{Kid: key.Kid(), Key: key.Public()}})
	if err != nil || proof.Fault != nil || !proof.Trusted || proof.Signed != proof.Last-1 {
		t.Errorf("%+v %+v, %v", proof, proof.Fault, err)
	}
	if n, err := testutil.GatherAndCount(r.registry, "einlass_audit_last_line"); err != nil || n != 1 || r.audit.State().Last != proof.Last {
		t.Errorf("%d, %v: the state is %+v", n, err, r.audit.State())
	}
	told := r.logs.FilterMessage("record of acts signed").All()
	if len(told) != 1 || told[0].ContextMap()["line"] != proof.Signed {
		t.Errorf("the log tells of %+v", told)
	}
}

func TestAGatewayWithoutAStateDirectoryKeepsNoRecord(t *testing.T) {
	cfg := (&draft{dir: t.TempDir(), rooms: []planned{{id: "termine", backend: newSite(t).backend()}}}).load(t)
	cfg.State.Dir = ""
	service, err := operator.New(func() []operator.Room { return nil }, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	a := &app{operators: service}
	if err := a.buildAudit(cfg); err != nil || a.audit != nil {
		t.Errorf("%v, %v", a.audit, err)
	}
}
