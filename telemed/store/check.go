package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
)

var (
	errPage = errors.New("a page of the file does not make sense")
	errMeta = errors.New("a meta page of the file is damaged")
)

// A verifyFunc looks at one key and its value in a bucket.
type verifyFunc func(bucket, key, value []byte) error

// The layout of a bbolt file, in the byte order of the machine.
//
//	page    id (8) | flags (2) | count (2) | overflow (4) | elements | keys and values
//	branch  position (4) | key size (4) | page id (8)
//	leaf    flags (4) | position (4) | key size (4) | value size (4)
//	bucket  root page id (8) | sequence (8) | page, if the root is 0
//	meta    magic, version, page size, flags (4 each) | root bucket (16)
//	        | freelist, end, transaction, checksum (8 each)
//
// Positions count from the element.
const (
	headerSize  = 16
	elementSize = 16
	metaSize    = 64
	bucketSize  = 16

	branchFlag = 0x01
	leafFlag   = 0x02
	bucketFlag = 0x01

	metaMagic   = 0xED0CDAED
	metaVersion = 2

	maxPageSize = 1 << 20
	maxDepth    = 40
	windowSize  = 64 << 10
)

// check walks the tree of a file as bbolt is going to. It is here because
// bbolt trusts every offset, and looks for free pages in a goroutine of its own
// whose panic nobody could recover. Pages are read many at a time, for the
// order of the tree is about that of the file.
//
// Both meta pages must be good. With one of them bbolt would go on, and the
// last append might be missing without a word.
func check(r io.ReaderAt, fileSize int64, verify verifyFunc) error {
	var first [headerSize + metaSize]byte
	if _, err := r.ReadAt(first[:], 0); err != nil {
		return &CorruptError{Err: errShort}
	}
	size := int64(binary.NativeEndian.Uint32(first[headerSize+8:]))
	if size < 1024 || size > maxPageSize {
		return &CorruptError{Err: errMeta}
	}
	newest := first
	var second [headerSize + metaSize]byte
	if _, err := r.ReadAt(second[:], size); err != nil {
		return &CorruptError{Err: errShort}
	}
	if !goodMeta(first[headerSize:]) || !goodMeta(second[headerSize:]) {
		return &CorruptError{Err: errMeta}
	}
	const transaction = headerSize + 48
	if binary.NativeEndian.Uint64(second[transaction:]) > binary.NativeEndian.Uint64(first[transaction:]) {
		newest = second
	}
	w := walker{r: r, size: size, verify: verify, end: binary.NativeEndian.Uint64(newest[headerSize+40:])}
	if w.end > uint64(fileSize/size) {
		return &CorruptError{Err: errShort}
	}
	w.used = make([]bool, w.end)
	return w.tree(binary.NativeEndian.Uint64(newest[headerSize+16:]), nil, nil, nil, 0)
}

func goodMeta(m []byte) bool {
	h := fnv.New64a()
	h.Write(m[:56])
	return binary.NativeEndian.Uint32(m) == metaMagic && binary.NativeEndian.Uint32(m[4:]) == metaVersion &&
		binary.NativeEndian.Uint64(m[56:]) == h.Sum64()
}

// A walker goes through the pages of a file.
type walker struct {
	r      io.ReaderAt
	size   int64  // of a page
	end    uint64 // the first page that is not in use
	used   []bool // by page: it has its place in the tree
	verify verifyFunc
	bufs   [maxDepth][]byte // by depth

	window []byte // what was read last, from a page on
	from   uint64
}

// tree looks at a page and all below it. Keys are at least low and below high,
// if that is not nil.
func (w *walker) tree(id uint64, bucket, low, high []byte, depth int) error {
	if depth >= maxDepth {
		return &CorruptError{Err: errPage}
	}
	page, err := w.page(id, depth)
	if err != nil {
		return err
	}
	return w.elements(page, bucket, low, high, depth)
}

// page reads a page with those that it flows over into.
func (w *walker) page(id uint64, depth int) ([]byte, error) {
	if id < 2 || id >= w.end {
		return nil, &CorruptError{Err: errPage}
	}
	page, err := w.read(w.bufs[depth][:0], id)
	if err != nil {
		return nil, err
	}
	more := uint64(binary.NativeEndian.Uint32(page[12:]))
	if binary.NativeEndian.Uint64(page) != id || more >= w.end-id {
		return nil, &CorruptError{Err: errPage}
	}
	for i := id; i <= id+more; i++ {
		if w.used[i] {
			return nil, &CorruptError{Err: errPage}
		}
		w.used[i] = true
	}
	for i := id + 1; i <= id+more && err == nil; i++ {
		page, err = w.read(page, i)
	}
	w.bufs[depth] = page
	return page, err
}

// read appends a page.
func (w *walker) read(dst []byte, id uint64) ([]byte, error) {
	if id < w.from || id >= w.from+uint64(len(w.window))/uint64(w.size) {
		if w.window == nil {
			w.window = make([]byte, max(windowSize, w.size))
		}
		n, err := w.r.ReadAt(w.window[:cap(w.window)], int64(id)*w.size)
		w.from, w.window = id, w.window[:n]
		if n < int(w.size) {
			if errors.Is(err, io.EOF) {
				err = &CorruptError{Err: errShort}
			}
			return nil, err
		}
	}
	at := int64(id-w.from) * w.size
	return append(dst, w.window[at:at+w.size]...), nil
}

// elements looks at what is on a page.
func (w *walker) elements(page, bucket, low, high []byte, depth int) error {
	flags, count := binary.NativeEndian.Uint16(page[8:]), int(binary.NativeEndian.Uint16(page[10:]))
	leaf := flags == leafFlag
	if !leaf && (flags != branchFlag || count == 0) || headerSize+count*elementSize > len(page) {
		return &CorruptError{Err: errPage}
	}
	for i := range count {
		e := page[headerSize+i*elementSize:]
		key, value, ok := split(e, leaf, count-i)
		if !ok || bytes.Compare(key, low) < 0 || i > 0 && bytes.Equal(key, low) || high != nil && bytes.Compare(key, high) >= 0 {
			return &CorruptError{Err: errPage}
		}
		var err error
		switch kind := binary.NativeEndian.Uint32(e); {
		case !leaf:
			below := high
			if i+1 < count {
				next, _, ok := split(e[elementSize:], false, count-i-1)
				if !ok {
					return &CorruptError{Err: errPage}
				}
				below = next
			}
			err = w.tree(binary.NativeEndian.Uint64(e[8:]), bucket, key, below, depth+1)
		case kind == bucketFlag && bucket == nil && len(key) > 0:
			err = w.bucket(key, value, depth)
		case kind == 0 && bucket != nil:
			err = w.verify(bucket, key, value)
		default:
			err = errPage
		}
		if err != nil {
			return asCorrupt(err)
		}
		low = key
	}
	return nil
}

// split returns key and value of the first of so many elements.
func split(e []byte, leaf bool, elements int) (key, value []byte, ok bool) {
	at, keySize, valueSize := binary.NativeEndian.Uint32(e), binary.NativeEndian.Uint32(e[4:]), uint32(0)
	if leaf {
		at, keySize, valueSize = keySize, binary.NativeEndian.Uint32(e[8:]), binary.NativeEndian.Uint32(e[12:])
	}
	if uint64(at)+uint64(keySize)+uint64(valueSize) > uint64(len(e)) || int(at) < elements*elementSize {
		return nil, nil, false
	}
	end := at + keySize
	return e[at:end:end], e[end : end+valueSize : end+valueSize], true
}

// bucket looks at a bucket of the root.
func (w *walker) bucket(name, value []byte, depth int) error {
	if len(value) < bucketSize {
		return errPage
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return w.tree(root, name, nil, nil, depth+1)
	}
	inline := value[bucketSize:]
	if len(inline) < headerSize || binary.NativeEndian.Uint16(inline[8:]) != leafFlag {
		return errPage
	}
	return w.elements(inline, name, nil, nil, depth+1)
}

// asCorrupt names damage as such and leaves errors of the disk alone.
func asCorrupt(err error) error {
	for _, damage := range []error{errPage, errChecksum, errShort, errFormat} {
		if err == damage { //nolint:errorlint // our own, not wrapped
			return &CorruptError{Err: err}
		}
	}
	return err
}
