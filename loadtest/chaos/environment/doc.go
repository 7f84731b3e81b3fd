// Package environment is what chaos breaks: real processes on the loopback address that can be killed, stopped and cut
// off from each other.
//
//	network.go   links between processes, which can be cut and slowed down (toxiproxy)
//	readdress.go what servers announce as their address, changed on the way to a gateway, as by a router
//	gateway.go   the gateway: configuration, admin API
//	balancer.go  HAProxy in front of the gateways
//	redis.go     one redis-server
//	sentinel.go  a master, two replicas and three Sentinels
//	cluster.go   six nodes of a Redis Cluster
//	disk.go      a small disk that can be filled up
//	site.go      the site behind the crowd's room
//	portal.go    the portal behind the room of the openings
//
// Every gateway reaches every Redis server through a link of its own; what servers announce leads there and nowhere else,
// so that a gateway can be cut off without the others noticing. Replicas reach their master and the Sentinels reach
// everybody through links of their own.
//
// The code that opens something closes it; nothing outlives the process that started it. loadtest/chaos imports it, and the
// end-to-end tests for the disk.
package environment
