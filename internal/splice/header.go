package splice

// lengthOrder is the order in which the lengths of the code for lengths are sent (RFC 1951 section 3.2.7).
var lengthOrder = [lengthCodes]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// told is a symbol of the code for lengths, with its extra bits.
type told struct {
	symbol int
	extra  uint64
	count  uint
}

// putHeader appends the begin of a block with dynamic Huffman codes of these lengths.
func putHeader(w *bitWriter, final bool, literal, distance []uint8) {
	first := uint64(2 << 1)
	if final {
		first |= 1
	}
	w.put(first, 3)
	literals, far := max(257, used(literal)), max(1, used(distance))
	runs := runsOf(append(append([]uint8{}, literal[:literals]...), distance[:far]...))
	often := make([]int, lengthCodes)
	for _, r := range runs {
		often[r.symbol]++
	}
	lengths := codeLengths(often, 7)
	codes, sent := codesOf(lengths), lengthCodes
	for sent > 4 && lengths[lengthOrder[sent-1]] == 0 {
		sent--
	}
	w.put(uint64(literals-257), 5)
	w.put(uint64(far-1), 5)
	w.put(uint64(sent-4), 4)
	for _, s := range lengthOrder[:sent] {
		w.put(uint64(lengths[s]), 3)
	}
	for _, r := range runs {
		w.put(uint64(codes[r.symbol].bits), uint(codes[r.symbol].count))
		w.put(r.extra, r.count)
	}
}

// used is how many lengths there are without those of 0 at the end.
func used(lengths []uint8) int {
	n := len(lengths)
	for n > 0 && lengths[n-1] == 0 {
		n--
	}
	return n
}

// runsOf writes lengths by the symbols for them and for their repetitions.
func runsOf(lengths []uint8) []told {
	var runs []told
	for i := 0; i < len(lengths); {
		same := 1
		for i+same < len(lengths) && lengths[i+same] == lengths[i] {
			same++
		}
		i += same
		length := int(lengths[i-1])
		if length > 0 {
			runs = append(runs, told{symbol: length})
			same--
		}
		for same > 0 {
			switch {
			case length == 0 && same >= 11:
				n := min(same, 138)
				runs, same = append(runs, told{18, uint64(n - 11), 7}), same-n
			case length == 0 && same >= 3:
				runs, same = append(runs, told{17, uint64(same - 3), 3}), 0
			case length > 0 && same >= 3:
				n := min(same, 6)
				runs, same = append(runs, told{16, uint64(n - 3), 2}), same-n
			default:
				runs, same = append(runs, told{symbol: length}), same-1
			}
		}
	}
	return runs
}
