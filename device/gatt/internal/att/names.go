package att

import (
	"strconv"
	"strings"

	"github.com/telemed-go/sdk/device"
)

// NameOf is the name of a code, or its number where the list has none.
func NameOf(names []string, code uint8) string {
	if int(code) < len(names) && names[code] != "" {
		return names[code]
	}
	return "reserved " + strconv.Itoa(int(code))
}

// NamesOf joins the names of the bits that are set, lowest first.
func NamesOf(names []string, bits uint32) string {
	var set []string
	for i := range 32 {
		switch {
		case bits>>i&1 == 0:
		case i < len(names) && names[i] != "":
			set = append(set, names[i])
		default:
			set = append(set, "bit "+strconv.Itoa(i))
		}
	}
	if set == nil {
		return "none"
	}
	return strings.Join(set, ", ")
}

// CodeText is the name of a number, or the number where the list has none. It
// is for numbers with gaps; [NameOf] is for those without.
func CodeText[C ~uint8 | ~uint16](names map[C]string, code C) string {
	if name, ok := names[code]; ok {
		return name
	}
	return "reserved 0x" + strconv.FormatUint(uint64(code), 16)
}

// Listed8 reads a number of one byte that must be on a list.
func Listed8[C ~uint8](r *Reader, field string, names map[C]string) C {
	code := C(r.Uint8(field))
	if _, ok := names[code]; !ok {
		r.Reject(device.ErrReservedValue, field, r.Offset()-1)
	}
	return code
}

// Listed16 reads a number of two bytes that must be on a list.
func Listed16[C ~uint16](r *Reader, field string, names map[C]string) C {
	code := C(r.Uint16(field))
	if _, ok := names[code]; !ok {
		r.Reject(device.ErrReservedValue, field, r.Offset()-2)
	}
	return code
}
