package config

import "github.com/einlass/einlass/configs"

// Reference is the commented configuration file with every key, its default, unit and range.
func Reference() []byte { return configs.Reference }
