// Package packages holds what an administrator installs to what it says: the versions, the unit for systemd, and, with the tag long, the
// packages themselves as make release builds them. Nothing imports it.
package packages
