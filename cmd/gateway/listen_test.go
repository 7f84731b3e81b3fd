package main

import (
	"reflect"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/proxy"
)

// Whatever is set in a backend section arrives at the proxy, each value in its place.
func TestEveryKeyOfABackendReachesTheProxy(t *testing.T) {
	next := int64(1)
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				fill(v.Field(i))
			}
		case reflect.Bool:
			v.SetBool(true)
		case reflect.String:
			v.SetString("s")
		case reflect.Slice:
			v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
		default:
			next++
			v.SetInt(next)
		}
	}
	var b config.Backend
	fill(reflect.ValueOf(&b).Elem())
	cfg := &config.Config{}
	cfg.Limits.BodyBytes = 1
	seen := map[int64]string{}
	var check func(path string, v reflect.Value)
	check = func(path string, v reflect.Value) {
		if v.IsZero() {
			t.Errorf("%s is not set", path)
		}
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				check(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Int, reflect.Int64:
			if other, twice := seen[v.Int()]; twice {
				t.Errorf("%s and %s are the same", path, other)
			}
			seen[v.Int()] = path
		}
	}
	got := proxyConfig(cfg, &b)
	check("proxy.Config", reflect.ValueOf(got))
	if got.KeepAlive != (proxy.KeepAliveConfig{MaxIdle: b.KeepAlive.MaxIdle, IdleTimeout: b.KeepAlive.IdleTimeout, Share: true}) {
		t.Errorf("%+v from %+v", got.KeepAlive, b.KeepAlive)
	}
	if off(0) != -1 || off(time.Duration(0)) != -1 || off(3) != 3 {
		t.Error("0 is off, and nothing else is")
	}
}
