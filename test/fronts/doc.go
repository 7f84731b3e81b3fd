// Package fronts runs the examples of configs/fronts: each real proxy with exactly that file before a real gateway and a site. Only
// ports, paths and the certificate are put in. It is a part of `make long`.
package fronts
