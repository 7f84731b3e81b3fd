//go:build !linux

package environment

import "errors"

// Disk is a small file system of its own, which only Linux has here.
type Disk struct{ Dir string }

// NewDisk is an error.
func NewDisk(string) (*Disk, error) { return nil, errors.New("a small disk needs Linux") }

// Fill is never called.
func (d *Disk) Fill() (int64, error) { return 0, errors.ErrUnsupported }

// Empty is never called.
func (d *Disk) Empty() error { return errors.ErrUnsupported }

// Close is never called.
func (d *Disk) Close() error { return nil }
