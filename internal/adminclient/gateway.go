package adminclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
)

// Keys tells of the keyring of the gateway.
func (c *Client) Keys(ctx context.Context) (info operator.KeysInfo, err error) {
	if err = c.ask(ctx, http.MethodGet, "/v1/keys", "", "keys", nil, &info); err == nil {
		err = aRing(&info)
	}
	if err != nil {
		return info, fmt.Errorf("show keys: %w", err)
	}
	return info, nil
}

// aRing holds an answer about keys to what it must say.
func aRing(info *operator.KeysInfo) error {
	if info.Version == "" || len(info.Keys) == 0 {
		return notAPI("its keyring has the version %q and %d keys", info.Version, len(info.Keys))
	}
	return nil
}

// RotateKeys makes new keys. asked.IfVersion must be that of a KeysInfo, or *.
func (c *Client) RotateKeys(ctx context.Context, asked operator.KeysRotation) (info operator.KeysInfo, err error) {
	body, err := json.Marshal(asked)
	if err != nil {
		return info, err
	}
	tag := asked.IfVersion
	if tag != "*" {
		tag = adminapi.TextTag(tag)
	}
	a, err := c.doIf(ctx, http.MethodPost, "/v1/keys/rotate", body, tag)
	if err == nil {
		err = a.about("", "keys", &info)
	}
	if err == nil {
		err = aRing(&info)
	}
	if err != nil {
		return info, fmt.Errorf("rotate keys: %w", err)
	}
	return info, nil
}

// Config gives the configuration in force.
func (c *Client) Config(ctx context.Context) (info operator.ConfigInfo, err error) {
	if err = c.ask(ctx, http.MethodGet, "/v1/config", "", "the configuration", nil, &info); err == nil && info.Text == "" {
		err = notAPI("its configuration is empty")
	}
	if err != nil {
		return info, fmt.Errorf("show configuration: %w", err)
	}
	return info, nil
}

// CheckConfig says what is wrong with the text of a configuration file, and what it would change.
func (c *Client) CheckConfig(ctx context.Context, text string) (review operator.ConfigReview, err error) {
	if err = c.ask(ctx, http.MethodPost, "/v1/config/check", "", "a look at the configuration", operator.ConfigAsked{Text: text}, &review); err != nil {
		return review, fmt.Errorf("check configuration: %w", err)
	}
	return review, nil
}

// ReloadConfig has the gateway read its configuration file again, or say what that would change.
func (c *Client) ReloadConfig(ctx context.Context, asked operator.ReloadAsked) (review operator.ConfigReview, err error) {
	if err = c.ask(ctx, http.MethodPost, "/v1/config/reload", "", "a reload", asked, &review); err != nil {
		return review, fmt.Errorf("reload configuration: %w", err)
	}
	return review, nil
}

// People lists who may operate the gateway.
func (c *Client) People(ctx context.Context) (all operator.People, err error) {
	if err = c.ask(ctx, http.MethodGet, "/v1/users", "", "users", nil, &all); err != nil {
		return all, fmt.Errorf("list users: %w", err)
	}
	return all, nil
}

// LogLevel tells what the log of the gateway writes.
func (c *Client) LogLevel(ctx context.Context) (info operator.LogInfo, err error) {
	if err = c.ask(ctx, http.MethodGet, "/v1/log", "", "the log", nil, &info); err != nil {
		return info, fmt.Errorf("show log level: %w", err)
	}
	return info, nil
}

// ChangeLogLevel has the log write more or less.
func (c *Client) ChangeLogLevel(ctx context.Context, asked operator.LogChange) (info operator.LogInfo, err error) {
	if err = c.ask(ctx, http.MethodPut, "/v1/log", "", "the log", asked, &info); err == nil && info.Level != asked.Level {
		err = notAPI("asked for the level %q, it answers with %q", asked.Level, info.Level)
	}
	if err != nil {
		return info, fmt.Errorf("change log level: %w", err)
	}
	return info, nil
}
