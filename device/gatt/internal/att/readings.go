package att

import (
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// AppendSFloat appends r with the value of a word, or the reason why there is
// none. The pointer saves copies: a reading is a hundred bytes.
func AppendSFloat(dst []vitals.Reading, r *vitals.Reading, k vitals.Kind, word medfloat.SFloat, u vitals.Unit) []vitals.Reading {
	value, absent := word.Decimal()
	return AppendValue(dst, r, k, value, absent, u)
}

// AppendValue appends r completed. The doubts that r has already stay; if one
// of them is that there is no value, the number is dropped.
func AppendValue(
	dst []vitals.Reading, r *vitals.Reading, k vitals.Kind, value vitals.Decimal, absent vitals.Quality, u vitals.Unit,
) []vitals.Reading {
	dst = append(dst, *r)
	last := &dst[len(dst)-1]
	last.Kind = k
	last.Quality |= absent
	if !last.Quality.Has(vitals.Absent) {
		last.Quantity = u.Of(value)
	}
	return dst
}
