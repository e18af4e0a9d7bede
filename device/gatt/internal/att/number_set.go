package att

// A NumberSet holds numbers of 16 bits. The zero NumberSet is empty.
type NumberSet struct {
	bits [1 << 16 / 64]uint64
	n    int
}

// Len is how many numbers there are.
func (s *NumberSet) Len() int { return s.n }

// Has reports whether a number is there.
func (s *NumberSet) Has(number uint16) bool { return s.bits[number/64]>>(number%64)&1 != 0 }

// Add reports whether the number is new.
func (s *NumberSet) Add(number uint16) bool {
	if s.Has(number) {
		return false
	}
	s.bits[number/64] |= 1 << (number % 64)
	s.n++
	return true
}

// Clear forgets all numbers.
func (s *NumberSet) Clear() {
	if s.n > 0 {
		*s = NumberSet{}
	}
}
