package queue

import "errors"

var errInvalid = errors.New("invalid value")
