package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// profile drives a gateway once more and keeps its CPU profile, if one is wanted. That round is not counted.
func (b *bench) profile(c *contestant) error {
	if b.profileTo == "" || c.p.admin == "" {
		return nil
	}
	const seconds = 10
	wrk := exec.Command("wrk", "-t1", "-c", strconv.Itoa(b.conns), "-d", strconv.Itoa(seconds+2)+"s", "-s", c.script, c.url)
	if err := wrk.Start(); err != nil {
		return err
	}
	data, err := fetch(c.p.admin, fmt.Sprintf("profile?seconds=%d", seconds))
	if err := errors.Join(err, wrk.Wait()); err != nil {
		return fmt.Errorf("profile of %s: %w", c.name, err)
	}
	file, err := b.write("cpu.pprof", string(data))
	b.profiles = append(b.profiles, file)
	return err
}

// fetch is a profile of a gateway by its admin API.
func fetch(admin, profile string) ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, fmt.Sprintf("http://%s/debug/pprof/%s", admin, profile), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+launch.OperatorToken)
	client := http.Client{Timeout: time.Minute}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(res.Status)
	}
	return io.ReadAll(res.Body)
}

// mergeProfiles writes one profile of all that were taken, for the compiler.
func (b *bench) mergeProfiles() error {
	if len(b.profiles) == 0 {
		return errors.New("no profile was taken: none of the parts that were run drives a gateway")
	}
	cmd := exec.Command("go", append([]string{"tool", "pprof", "-proto"}, b.profiles...)...)
	merged, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("merge profiles: %w", err)
	}
	return os.WriteFile(b.profileTo, merged, 0o644)
}
