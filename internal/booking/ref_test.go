package booking

import "testing"

func TestNamesAreToldApartByRoomKindAndKey(t *testing.T) {
	seen := map[[16]byte]bool{}
	for _, key := range [][32]byte{{1}, {2}} {
		for _, room := range []string{"a", "ab"} {
			for _, kind := range []byte{1, 2} {
				for _, ref := range []string{"b17", "17", ""} {
					seen[Hash(key, room, kind, ref)] = true
				}
			}
		}
	}
	if len(seen) != 24 {
		t.Errorf("%d hashes of 24 names", len(seen))
	}
	if Hash([32]byte{1}, "a", 1, "17") != Hash([32]byte{1}, "a", 1, "17") {
		t.Error("a name has two hashes")
	}
}
