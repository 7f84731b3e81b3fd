// Package backup writes what a gateway keeps into one file, and puts it back.
//
// A backup is a gzipped tar archive. Its first entry says what it is of ([About]), its last one holds the size and SHA-256 of each file
// between them: an archive that was cut off, or changed by a fault, is noticed before anything is put back. It is not signed: who can write a
// backup can write what it holds. It holds keys, so it is made with mode 0600.
//
// [Write] copies files as they are on the disk, in the order in which it is given them. A process may go on to replace them meanwhile, each as a
// whole; files that are appended to are copied up to their last line. [Read] writes the files of an archive beside the places that they belong
// to, and changes nothing there; [Staged.Conflicts] says what stands in the way, and [Staged.Commit] puts all in place. What Commit has begun
// and not finished, another Read and Commit of the same backup finish.
//
// cmd/gateway imports the package, and knows which files a configuration has. Of this module it imports nothing.
package backup
