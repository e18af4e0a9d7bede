package seal

import "encoding/binary"

// windowSize is how many sequences behind the newest are told apart.
const windowSize = 1024

// A window knows which sequences there were: the newest, and which of those
// behind it. Everything older counts as seen (as in RFC 4303, 3.4.3). The zero
// window has seen nothing; sequences begin at 1.
type window struct {
	high uint64
	seen [windowSize / 64]uint64 // the bit of sequence n is n modulo windowSize
}

// has says whether a sequence was there, or is too old to tell.
func (w *window) has(n uint64) bool {
	switch {
	case n > w.high:
		return false
	case n == 0 || w.high-n >= windowSize:
		return true
	}
	return w.seen[n%windowSize/64]>>(n%64)&1 == 1
}

// add notes a sequence.
func (w *window) add(n uint64) {
	if n > w.high {
		if n-w.high >= windowSize {
			clear(w.seen[:])
		} else {
			for i := w.high + 1; i < n; i++ {
				w.seen[i%windowSize/64] &^= 1 << (i % 64)
			}
		}
		w.high = n
	}
	if w.high-n < windowSize {
		w.seen[n%windowSize/64] |= 1 << (n % 64)
	}
}

// windowBytes is the size of a window that is written.
const windowBytes = 8 + windowSize/8

func (w *window) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint64(dst, w.high)
	for _, word := range w.seen {
		dst = binary.BigEndian.AppendUint64(dst, word)
	}
	return dst
}

// parseWindow reads what append wrote.
func parseWindow(b []byte) (w window, ok bool) {
	if len(b) != windowBytes {
		return window{}, false
	}
	w.high = binary.BigEndian.Uint64(b)
	for i := range w.seen {
		w.seen[i] = binary.BigEndian.Uint64(b[8+8*i:])
	}
	return w, true
}
