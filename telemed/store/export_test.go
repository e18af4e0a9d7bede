package store

import "github.com/telemed-go/sdk/vitals"

// For tests of the formats in the file.

// Encode makes the value of a reading at a place.
func Encode(r *vitals.Reading, place string) []byte {
	b, _ := new(safe).put([]byte(place), appendReading(nil, r), r.Patient)
	return b
}

// Decode reads the value at a place.
func Decode(b []byte, place string) (vitals.Reading, error) {
	content, err := new(safe).take([]byte(place), b, nil)
	if err != nil {
		return vitals.Reading{}, err
	}
	return new(decoder).reading(content)
}

// Sealed puts a good checksum in front of any content.
func Sealed(content []byte, place string) []byte {
	b, _ := new(safe).put([]byte(place), content, vitals.PatientID{})
	return b
}
