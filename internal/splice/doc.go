// Package splice makes gzip (RFC 1952) of texts that are known before they are sent, but for a few values. What is known is
// compressed once, as well as it can be; sending is copying bits, and each value is written literally, with a code for each byte that was
// fixed before. So a page of some kilobytes takes microseconds, and its compressed length tells of a value no more than the
// sum of what its bytes take by themselves: no value, secret or chosen by somebody else, is ever compared with another one (the BREACH attack needs that).
// A value may have a lead, known before, too, which costs less where the value begins with it. That tells no more than the lead, which everybody may know.
//
// A sent text is a [Block], the constants and values of a [Template], and a second Block. Each of the three has codes of its own, and may
// repeat what stands before it in any of them.
package splice
