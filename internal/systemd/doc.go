// Package systemd is what a service of Type=notify says to its manager, and the sockets that the manager opened for it.
//
// A [Notifier] tells states and process ids, as sd_notify(3) describes them; [Sockets] are those of socket activation, as
// sd_listen_fds(3) describes them. Without a manager both do nothing. The protocols are a datagram of text and three variables of
// the environment, so no library is used.
//
// cmd/gateway imports the package; it imports nothing of this module.
package systemd
