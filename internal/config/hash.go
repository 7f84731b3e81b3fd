package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Hash names everything that a gateway applies for this room: two rooms have the same hash if and only if all their keys
// have the same values, whether by the file, the environment, flags or defaults. It is over an encoding of the whole
// struct, so that a new key is part of it without being listed anywhere. 32 hexadecimal digits, the same on every machine
// and for every process of one release; another release may give the same room another hash.
func (r *Room) Hash() string {
	data, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("config: room cannot be encoded: %v", err)) // plain data always can
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}
