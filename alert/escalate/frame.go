package escalate

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// The file of a journal is its magic and one frame for each entry:
//
//	0    4        8        12
//	| n  | CRC-32C | CRC-32C | n bytes, the entry
//	       of the    of the
//	       entry     8 bytes before
//
// in big-endian order. A frame is synced before the next is written, so only
// the last can be torn.
const (
	journalMagic = "escalate\x00\x01\r\n" // the second last but one byte is the version
	headerSize   = 12
	maxEntry     = 1 << 20
)

// ErrCorrupt: a file is no journal, or damaged elsewhere than at its end.
var ErrCorrupt = errors.New("escalate: not a journal, or damaged")

func sum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

func appendFrame(dst, entry []byte) []byte {
	begin := len(dst)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(entry)))
	dst = binary.BigEndian.AppendUint32(dst, sum(entry))
	dst = binary.BigEndian.AppendUint32(dst, sum(dst[begin:]))
	return append(dst, entry...)
}

// header is the length and sum of an entry; ok is false if b does not begin with
// a header.
func header(b []byte) (n int, crc uint32, ok bool) {
	if len(b) < headerSize || sum(b[:8]) != binary.BigEndian.Uint32(b[8:]) {
		return 0, 0, false
	}
	size := binary.BigEndian.Uint32(b)
	return int(min(size, maxEntry)), binary.BigEndian.Uint32(b[4:]), size <= maxEntry
}

// readFrames gives the entries of a journal and returns how many bytes of it are
// intact, less than there are if the end is torn. An entry is valid until the
// next. The errors are those of the reader, of yield, and [ErrCorrupt].
func readFrames(r io.Reader, yield func(entry []byte) error) (intact int64, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	magic := make([]byte, len(journalMagic))
	n, err := io.ReadFull(in, magic)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return 0, err
	}
	if string(magic[:n]) != journalMagic[:n] {
		return 0, ErrCorrupt
	}
	if n < len(journalMagic) {
		return 0, nil // torn in its first write, or new
	}
	intact = int64(n)
	head, entry := make([]byte, headerSize), []byte(nil)
	for {
		n, err := io.ReadFull(in, head)
		if err == io.EOF {
			return intact, nil
		}
		if err != nil && err != io.ErrUnexpectedEOF {
			return intact, err
		}
		size, crc, ok := header(head[:n])
		if !ok {
			return intact, torn(head[:n], in, intact)
		}
		entry = append(entry[:0], make([]byte, size)...)
		n, err = io.ReadFull(in, entry)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return intact, err
		}
		if n < size || sum(entry) != crc {
			return intact, torn(append(head, entry[:n]...), in, intact)
		}
		if err := yield(entry); err != nil {
			return intact, err
		}
		intact += headerSize + int64(size)
	}
}

// torn decides whether the rest of a file is a torn end: no more than one frame,
// with no intact frame behind.
func torn(rest []byte, in io.Reader, at int64) error {
	more, err := io.ReadAll(io.LimitReader(in, headerSize+maxEntry+1))
	if err != nil {
		return err
	}
	rest = append(rest, more...)
	damaged := len(rest) > headerSize+maxEntry
	for i := 1; i+headerSize <= len(rest) && !damaged; i++ {
		n, crc, ok := header(rest[i:])
		damaged = ok && i+headerSize+n <= len(rest) && sum(rest[i+headerSize:i+headerSize+n]) == crc
	}
	if damaged {
		return fmt.Errorf("%w: at byte %d", ErrCorrupt, at)
	}
	return nil
}
