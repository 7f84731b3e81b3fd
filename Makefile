# Einlass. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

GO       ?= go
BIN      := bin
DIST     := dist
# What the gateway says it is: of a checkout its tag or commit; for sources without one, make build VERSION=1.2.3.
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null)
PKGS     := ./...
# What is played without the race detector by make test, and with it by long-races: no requests are served there, or by programs of their own.
# All else is looked at for races by make test. What takes longest stands first, so that nothing is left to run alone at the end, and what
# waits (test/, loadtest/chaos) beside what computes: two that wait at the same time leave the cores idle.
CALM     := ./test/browser/admin ./test/browser ./loadtest/sim ./test/handover ./test/e2e ./internal/web ./test/browser/gate ./loadtest/mornings \
  ./loadtest/promises ./loadtest/chaos ./internal/admission ./test/browser/walk ./loadtest/rehearse ./loadtest/drive ./test/browser/lots ./test/habits \
  ./cmd/admin ./internal/config/... ./internal/report/... ./loadtest/... ./pkg/queue/draw/... ./pkg/queue/plan ./test/...
FIRST    := ./cmd/gateway ./internal/gateway ./pkg/queue/redisstore ./pkg/queue ./pkg/queue/journal
STEPS    ?= 200000
FUZZTIME ?= 60s
# The build tags of the long tests, so that they are vetted with every change.
TAGS     := faults,long
# How tests with the race detector are compiled. A profile would have all packages compiled twice, and no debugger reads them:
# without what one needs they are compiled and linked in seven eighths of the time. Without inlining the client of Redis, the largest
# package of all, is compiled in three fifths of it.
RACE     := -race -pgo=off -gcflags=all=-dwarf=false '-gcflags=github.com/redis/go-redis/v9=-dwarf=false -l'
# The others and the programs that they start are compiled as lint has them.
PLAIN    := -pgo=off
EACH     := -vet=off -shuffle=on -timeout 10m
# How many packages are tested at the same time. Many tests wait for real processes, which more of them would starve; those without the
# race detector wait more than they compute.
TESTS    ?= 2
WAITS    ?= 3

# A tool has a module of its own below tools/, so that what it needs never reaches the product's. Go keeps the binaries.
tool = $(GO) tool -modfile=tools/$(1)/go.mod $(1)

# The parts of `make long`, each at most fifteen minutes on two cores. .ci/run plays one of them, which the commit chooses.
LONG := long-crashes long-openings long-openings-redis long-scenes long-habits long-capacity long-chaos long-faults long-races long-races-ways long-upgrade long-matrices long-pages long-looks long-browsers long-fronts long-handover long-packages long-differential long-mutants-a long-mutants-e long-mutants-k long-mutants-s

.PHONY: help build run fmt deps deps-redis deps-browser deps-browsers deps-pages deps-bench deps-chaos deps-fronts deps-prometheus deps-oathtool deps-man deps-systemd deps-packages release man lint test check long long-parts bin-race $(LONG) matrix-update pages scripts sizes slow bench profile fuzz differential mutants faults mornings chaos clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: ## build gateway, admin and the operator's load test into bin/
	$(GO) build -trimpath $(if $(VERSION),-ldflags "-X github.com/einlass/einlass/internal/buildinfo.linked=$(VERSION)") -o $(BIN)/ ./cmd/... ./loadtest

run: build ## start the gate in front of a demo portal, with simulated citizens
	$(BIN)/gateway demo

deps: deps-redis deps-chaos deps-browser deps-prometheus deps-oathtool deps-man deps-systemd ## install what the tests need (Debian)

deps-redis:
	@command -v redis-server >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server; }
	@command -v redis-sentinel >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-sentinel; }

deps-browser:
	@command -v chromium >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; }
	@command -v chromium-headless-shell >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium-headless-shell; } || \
	  echo "without chromium-headless-shell the tests of pages take longer"
	@{ [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] && command -v fc-query >/dev/null; } || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq fonts-dejavu-core fontconfig; }
	@command -v npm >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nodejs npm; }
	@[ test/browser/node_modules/.package-lock.json -nt test/browser/package-lock.json ] || npm --prefix test/browser ci --no-audit --no-fund --silent

deps-browsers: deps-browser
	@for tool in firefox-esr WebKitWebDriver xvfb-run xauth; do command -v $$tool >/dev/null || missing=1; done; \
	[ -z "$$missing" ] || { apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends firefox-esr webkit2gtk-driver xvfb xauth; }

deps-pages: deps-browser
	@command -v pngquant >/dev/null && [ -e /usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf ] || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq pngquant fonts-liberation; }

deps-bench:
	@for tool in wrk nginx haproxy caddy slowhttptest; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	[ -z "$$missing" ] || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $${missing/nginx/nginx-light}; }

deps-chaos: deps-redis
	@command -v haproxy >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq haproxy; }

# Only the programs are wanted: while they are installed, no service of theirs is started.
deps-fronts:
	@for tool in nginx haproxy caddy apache2; do PATH="$$PATH:/usr/sbin" command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	[ -z "$$missing" ] || { \
	[ -e /usr/sbin/policy-rc.d ] || { trap 'rm -f /usr/sbin/policy-rc.d' EXIT; printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d; }; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $${missing/nginx/nginx-light}; }

# promtool holds the alerts to Prometheus; the service is not started while it is installed.
deps-prometheus:
	@command -v promtool >/dev/null || { [ -e /usr/sbin/policy-rc.d ] || { trap 'rm -f /usr/sbin/policy-rc.d' EXIT; printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d; }; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus; }

# One-time codes as another program computes them.
deps-oathtool:
	@command -v oathtool >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq oathtool; }

# mandoc holds the pages of the manual to the rules of their language.
deps-man:
	@command -v mandoc >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mandoc; }

# systemd-analyze says how well the service is sandboxed.
deps-systemd:
	@command -v systemd-analyze >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends systemd; }

# What makes and looks at packages, a machine of its own to try them in (debootstrap), and the licences.
deps-packages:
	@for tool in lintian rpm debootstrap reuse systemd-analyze nginx openssl skopeo umoci; do PATH="$$PATH:/usr/sbin" command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	missing=$${missing/systemd-analyze/systemd}; [ -z "$$missing" ] || { \
	[ -e /usr/sbin/policy-rc.d ] || { trap 'rm -f /usr/sbin/policy-rc.d' EXIT; printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d; }; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $${missing/nginx/nginx-light}; }

release: ## make all that is released into dist/: packages, programs, image, chart, compose file, what they are made of, checksums
	packaging/release.sh $(DIST) amd64 arm64

man: ## write the pages of the manual (man/) anew, after a change of commands or flags
	$(GO) test ./cmd/admin ./cmd/gateway -run Manual -count=1 -args -update

fmt: ## format the code
	$(call tool,golangci-lint) fmt

lint: ## format (gofumpt), vet, lint (.golangci.yml), dead code, import rules
	$(call tool,golangci-lint) run
	$(call tool,golangci-lint) run --build-tags "$(TAGS)"
	@dead=$$($(call tool,deadcode) $$($(GO) list -f '{{if eq .Name "main"}}{{.ImportPath}}{{end}}' $(PKGS))) || exit 1; \
	[ -z "$$dead" ] || { echo "no binary calls:"; echo "$$dead"; exit 1; }
	$(GO) test -count=1 ./test/arch

# The code is vetted by lint. The programs that tests start are built once, and as those tests are.
test: deps ## install what is needed and run every test, with the race detector where requests are served
	@mkdir -p $(BIN); set -o pipefail; failed=0; export TEST_PROGRAMS=$(CURDIR)/$(BIN)/test; \
	$(GO) build $(PLAIN) -o $(BIN)/test/ ./cmd/gateway ./cmd/admin || exit 1; \
	calm=$$($(GO) list $(CALM)) && all=$$($(GO) list $(PKGS)) || exit 1; \
	{ $(GO) test $(PLAIN) $(EACH) -p $(WAITS) $(CALM); calmly=$$?; \
	$(GO) test $(RACE) $(EACH) -p $(TESTS) $(FIRST) $$(grep -vxF "$$calm" <<<"$$all") && [ $$calmly = 0 ]; } | tee $(BIN)/test.out || failed=1; \
	echo "The ten slowest packages:"; awk '$$1 == "ok" || $$1 == "FAIL" { print $$3, $$2 }' $(BIN)/test.out | sort -rn | head; exit $$failed

check: lint test ## what a change has to pass, the long tests apart

long: $(LONG) ## crashes 60 times in a row, planted errors, 200000 steps of both stores, long faults, full matrices: an hour

long-parts:
	@echo $(LONG)

long-crashes: deps-redis
	$(GO) test -count=1 -tags long -run Crash ./loadtest/sim
	$(GO) test -race -count=1 -timeout 15m -tags long -run ClockOfItsGateway ./test/e2e
	$(GO) test -race -count=1 -timeout 15m -tags long -skip AnOpeningHappens -run HoweverOften ./test/e2e
	$(GO) test -race -count=1 -timeout 10m -tags long -run InARow ./cmd/gateway

# A thousand openings that crash, 60 in a row at each moment, the rows side by side: they wait for the hour. The programs are without the
# race detector, which takes five times as long to start them; make test plays rows with it.
OPENINGS = TEST_PROGRAMS=$(CURDIR)/$(BIN) $(GO) test -count=1 -timeout 15m -parallel 20 -tags long
long-openings: deps-redis build
	$(OPENINGS) -skip 'RedisAndAll|OlderFile|ClockOfItsGateway' -run AnOpeningHappens ./test/e2e

# All of Redis is killed, or comes back with an older file.
long-openings-redis: deps-redis build
	$(OPENINGS) -run 'AnOpeningHappens.*(RedisAndAll|OlderFile)' ./test/e2e

# All of e2e at its full size, but for what long-crashes, the parts of openings and long-habits repeat.
long-scenes: deps-redis
	$(GO) test -race -count=1 -timeout 15m -tags long -skip 'HoweverOften|Habits|AnOpeningHappens' ./test/e2e

long-habits: deps-redis
	$(GO) test -count=1 -timeout 15m -parallel 16 -tags long -run Habits ./test/e2e
	$(GO) test -count=1 -timeout 10m -tags long ./test/habits
	$(GO) test -count=1 -timeout 10m -tags long ./loadtest/promises
	$(GO) test -count=1 -timeout 10m -tags long -run TheDrawn ./loadtest/mornings

long-capacity:
	$(GO) test -count=1 -timeout 15m -tags long ./loadtest/capacity
	$(GO) test -count=1 -timeout 15m -tags long ./loadtest/capacity/site
	$(GO) test -count=1 -timeout 10m -tags long ./loadtest/rehearse
	$(GO) test -count=1 -timeout 10m -tags long -run Portal ./internal/admission

long-chaos: deps-chaos build
	$(BIN)/loadtest chaos --repeat 20 --topology embedded
	$(GO) test -race -count=1 -timeout 10m -tags long -run 'InARow|ThreeGateways' ./loadtest/chaos

long-faults: faults

# What make test plays without the race detector. Of test/e2e long-scenes does so.
RACING = TEST_PROGRAMS=$(CURDIR)/$(BIN)/race $(GO) test $(RACE) -count=1 -vet=off -timeout 15m -p $(TESTS)
long-races: deps bin-race
	$(RACING) $$($(GO) list $(CALM) | grep -v '/test/')

long-races-ways: deps bin-race
	$(RACING) $$($(GO) list $(CALM) | grep '/test/' | grep -v '/test/e2e')

bin-race:
	$(GO) build $(RACE) -ldflags='-s -w' -o $(BIN)/race/ ./cmd/gateway ./cmd/admin

long-upgrade: deps-redis
	$(GO) test -count=1 -timeout 10m -tags long ./test/upgrade

# A gateway is replaced 60 times in a row under a crowd, and killed at each step of it.
long-handover: deps-redis deps-chaos build
	TEST_PROGRAMS=$(CURDIR)/$(BIN) $(GO) test -count=1 -timeout 15m -tags long ./test/handover

long-matrices: deps-redis
	$(GO) test -count=1 -timeout 15m -tags long -run 'PromisedRanges|PollsAsTold|OlderCopies|LossesAtAnyStep|NoShowsCost|PollsOnTime|ClosedEarly' ./pkg/queue
	$(GO) test -count=1 -timeout 15m -tags long -run 'ClosedCleanly|MarksHold|HistoriesOf|FilledTree|Conforms' ./pkg/queue/memstore
	$(GO) test -count=1 -timeout 15m -tags long -run 'Walk|SeveralGateways' ./pkg/queue/journal
	$(GO) test -count=1 -timeout 10m -tags long -run WhateverHappens ./pkg/queue/plan
	$(GO) test -count=1 -timeout 10m -tags long -run 'StayShort|Outcome|WithinIdle' ./internal/gateway
	$(GO) test -count=1 -timeout 10m -tags long -run EachMistake ./cmd/gateway
	$(GO) test -count=1 -timeout 15m -tags long -run 'Draw|Residents|Hesse' ./loadtest/sim
	$(GO) test -count=1 -timeout 10m -tags long -run 'Likely|SaysNothing|ChangedByte|Permutation' ./pkg/queue/draw

# What visitors see in Chromium, every test.
long-pages: deps-browser
	$(GO) test -count=1 -timeout 15m -tags long -skip Looks ./test/browser
	$(GO) test -count=1 -timeout 15m -tags long ./test/browser/gate
	$(GO) test -count=1 -timeout 5m -tags long ./test/browser/lots
	$(GO) test -count=1 -timeout 10m -tags long -run Chromium ./test/browser/walk
	$(GO) test -count=1 -timeout 5m -tags long -run Chromium ./cmd/admin

# Every state of every page: each width, each scheme of colours, with script and without, each language. Every view of the operators.
long-looks: deps-browser
	$(GO) test -count=1 -timeout 15m -tags long -run Looks ./test/browser
	$(GO) test -count=1 -timeout 10m -tags long ./test/browser/admin

long-browsers: deps-browsers
	$(GO) test -count=1 -timeout 15m -tags long -run 'Firefox|WebKit' ./test/browser/walk

long-fronts: deps-fronts
	$(GO) test -count=1 -timeout 10m -tags long ./test/fronts

# What administrators install, in a machine of its own with systemd.
long-packages: deps-packages
	$(GO) test -count=1 -timeout 15m -tags long ./test/packages

long-differential: deps-redis
	$(GO) test -count=1 -timeout 15m -tags long -run EveryMutant ./pkg/queue/queuetest
	$(GO) test -count=1 -timeout 15m -tags long -run 'Leaves.*Behind' ./pkg/queue/redisstore
	$(MAKE) differential STEPS=200000

long-mutants-a: MUTANTS := ^[a-d]
long-mutants-e: MUTANTS := ^[e-j]
long-mutants-k: MUTANTS := ^[k-r]
long-mutants-s: MUTANTS := ^[s-z]
long-mutants-a long-mutants-e long-mutants-k long-mutants-s: deps-redis
	$(GO) run ./pkg/queue/redisstore/mutate -only '$(MUTANTS)'

matrix-update: deps-browser ## write anew what the pages look like (test/browser/golden), after a change of texts or style
	UPDATE_MATRIX=1 $(GO) test -count=1 -timeout 15m -tags long -run LooksOfEveryState ./test/browser

pages: deps-pages ## take the pictures of docs/pages anew, of every state of every page
	$(GO) run ./test/browser/shots -out docs/pages

operator-pages: deps-pages build ## take the pictures of docs/operators anew, of the operators' pages of the demo
	node test/browser/admin/album.mjs $(BIN)/gateway docs/operators

bench: deps-redis deps-bench ## the figures of docs/performance.md, in a quarter of an hour, into docs/bench.md
	@set -o pipefail; { echo "# What \`make bench\` printed"; echo; $(GO) run ./loadtest/bench; } | tee docs/.bench.md && mv docs/.bench.md docs/bench.md

scripts: deps-browser ## minify the scripts of the pages anew
	@$(GO) test ./internal/web -run TestScriptsAreSentAsTheirPartsAre -count=1 -update

sizes: ## write the table of docs/pages/sizes.md anew
	$(GO) test ./internal/web -run SizesIsCurrent -count=1 -args -update

slow: deps-browser ## measure the pages on a slow telephone, into docs/pages/slow.md
	$(GO) test ./test/browser/gate -tags long -run SlowTelephone -count=1 -args -update

profile: deps-redis deps-bench ## write the profile that the compiler optimises the gateway by
	$(GO) run ./loadtest/bench -only poll,arrival,pass -rounds 1 -profile cmd/gateway/default.pgo

fuzz: ## run every fuzz target for FUZZTIME (60s)
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
	  done; done

differential: deps-redis ## drive both stores with STEPS random steps and compare every reply
	DIFFERENTIAL_STEPS=$(STEPS) $(GO) test -count=1 -timeout 0 -run TestBothStores -v ./test/stores

mutants: deps-redis ## plant errors in the Lua and see that the tests notice
	$(GO) run ./pkg/queue/redisstore/mutate

faults: deps-redis ## the long fault tests: a store that is away for 30 s
	$(GO) test -race -count=1 -timeout 10m -tags faults -run HalfAMinute -v ./test/e2e

BIG ?= --ten-million
mornings: build ## play the four mornings, simulated and on sockets, into docs/mornings.md: 20 minutes, 6 GiB; BIG= leaves ten million people out
	$(BIN)/loadtest mornings $(BIG) --write docs/mornings.md --out bin/mornings.html
	$(BIN)/loadtest sockets --write

chaos: deps-chaos build ## break everything under a crowd, in less than ten minutes; SEED=7 plays the same again
	$(BIN)/loadtest chaos $(if $(SEED),--seed $(SEED)) --write docs/chaos.md

clean: ## remove what was built
	rm -rf $(BIN) $(DIST) test/browser/node_modules
