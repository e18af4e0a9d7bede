package score

import "encoding/binary"

// AppendBinary appends the inputs in a form that [Inputs.UnmarshalBinary] reads
// back: the set of what is known, and of each the value and the time. It
// implements [encoding.BinaryAppender] and does not fail.
func (in Inputs) AppendBinary(b []byte) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(in.known))
	for p := range in.known.All() {
		b = binary.AppendVarint(b, int64(in.value[p]))
		b = binary.AppendVarint(b, in.at[p])
	}
	return b, nil
}

// UnmarshalBinary implements [encoding.BinaryUnmarshaler]. It returns
// [ErrBinary], and leaves in unchanged, unless b is all of what AppendBinary
// wrote.
func (in *Inputs) UnmarshalBinary(b []byte) error {
	known, n := binary.Uvarint(b)
	if n <= 0 || known>>ParameterCount != 0 {
		return ErrBinary
	}
	b = b[n:]
	read := Inputs{known: Parameters(known)}
	for p := range read.known.All() {
		v, n := binary.Varint(b)
		if n <= 0 || v < -extreme || v > extreme {
			return ErrBinary
		}
		b = b[n:]
		at, n := binary.Varint(b)
		if n <= 0 {
			return ErrBinary
		}
		b = b[n:]
		if info := &parameters[p]; info.hi != 0 && (v < int64(info.lo) || v > int64(info.hi)) {
			return ErrBinary
		}
		read.value[p], read.at[p] = int32(v), at
	}
	if len(b) != 0 {
		return ErrBinary
	}
	*in = read
	return nil
}
