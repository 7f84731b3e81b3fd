package adminapi

import (
	"context"
	"net/http"

	"github.com/einlass/einlass/internal/probe"
)

// Front is what a probe through the proxies in front needs of the gateway. Safe for concurrent use.
type Front interface {
	probe.Sealer
	// Facts are those of the configuration in force.
	Facts() probe.Facts
}

// SealInfo is the answer to POST /v1/doctor/seals: the seal of one question of the probe.
type SealInfo struct {
	Seal  string `json:"seal"`
	Nonce string `json:"nonce"`
}

// SealAsked is the body of POST /v1/doctor/seals/check: the seal of an answer.
type SealAsked struct {
	Seal string `json:"seal"`
}

// SealKnown is the answer to it; an empty nonce: no gateway with this keyring has sealed it.
type SealKnown struct {
	Nonce string `json:"nonce"`
}

// showFront shows what a probe has to know.
func (s *Server) showFront(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Front == nil {
		s.nothing(w, r)
		return
	}
	s.write(w, http.StatusOK, jsonType, s.cfg.Front.Facts())
}

// sealQuestion lets an admin ask, for a minute, what the gateway sees of a request.
func (s *Server) sealQuestion(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Front == nil {
		s.nothing(w, r)
		return
	}
	answerSeal(s, w, r, func(ctx context.Context, _ struct{}) (info SealInfo, err error) {
		info.Seal, info.Nonce, err = s.cfg.Front.Question(ctx)
		return info, err
	})
}

// checkSeal says which question an answer is to.
func (s *Server) checkSeal(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Front == nil {
		s.nothing(w, r)
		return
	}
	answerSeal(s, w, r, func(ctx context.Context, asked SealAsked) (known SealKnown, err error) {
		known.Nonce, err = s.cfg.Front.Answered(ctx, asked.Seal)
		return known, err
	})
}

func answerSeal[A, B any](s *Server, w http.ResponseWriter, r *http.Request, answer func(context.Context, A) (B, error)) {
	var asked A
	if err := readBody(w, r, maxAct, &asked); err != nil {
		s.fail(w, err)
		return
	}
	said, err := answer(r.Context(), asked)
	if err != nil {
		s.fail(w, err)
		return
	}
	s.write(w, http.StatusOK, jsonType, said)
}
