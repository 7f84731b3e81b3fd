// Package redistest runs real, private Redis servers for tests: a single one, one shared by a test binary, a
// Cluster of three masters, and a Sentinel group with replicas.
//
// Servers listen on the loopback address and a Unix socket in a directory of their own, keep nothing on disk unless
// asked, and end with the test that started them, or with the test process if that is killed (Linux). Waiting is for
// lines of the server's log, never for a span of time. A missing redis-server is a failed test with the command that
// installs it: no test is skipped. A server whose clock is wrong needs a C compiler (Linux). REDISTEST_SERVER names another server to test with, for example valkey-server.
//
// Only tests import it.
package redistest
