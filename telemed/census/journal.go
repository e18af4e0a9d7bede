package census

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// journalName is that of the census in a [telemed.Journal].
const journalName = "census"

// changeVersion is the first byte of an entry of the journal. Fields follow, each
// with its length (uvarint); times as [time.Time.AppendBinary] writes them.
//
//	version 1 | patient | device | operation | at | into | bed
//	| ahead in nanoseconds (varint) | cancels (uvarint) | by | said
const changeVersion = 1

const changeFields = 10

// appendChange keeps a change. It is sealed for its patient; a merge also names
// the other one.
func appendChange(ctx context.Context, j telemed.Journal, c Change) error {
	content, err := c.append(nil)
	if err != nil {
		return err
	}
	return j.AppendEntry(ctx, journalName, telemed.Entry{Number: c.Number, Patient: c.Patient, Content: content}, 0)
}

// readChanges returns the changes that were kept. One whose key was destroyed is
// left out: that patient was never there.
func readChanges(ctx context.Context, j telemed.Journal) ([]Change, error) {
	entries, err := j.Entries(ctx, journalName)
	if err != nil {
		return nil, err
	}
	changes := make([]Change, 0, len(entries))
	for _, e := range entries {
		if e.Content == nil {
			continue
		}
		c, err := readChange(e.Content)
		if err != nil {
			return nil, fmt.Errorf("change %d: %w", e.Number, err)
		}
		c.Number = e.Number
		changes = append(changes, c)
	}
	return changes, nil
}

func (c *Change) append(b []byte) ([]byte, error) {
	at, err := c.At.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	said, err := c.Said.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	b = append(b, changeVersion)
	for _, field := range [changeFields]string{
		c.Patient.Reveal(), string(c.Device), string([]byte{byte(c.Op)}), string(at), c.Into.Reveal(), c.Bed,
		string(binary.AppendVarint(nil, int64(c.Ahead))), string(binary.AppendUvarint(nil, c.Cancels)), c.By, string(said),
	} {
		b = append(binary.AppendUvarint(b, uint64(len(field))), field...)
	}
	return b, nil
}

// readChange is the inverse of append. It is total.
func readChange(b []byte) (c Change, err error) {
	fields, ok := split(b)
	if !ok || len(fields[2]) != 1 || c.At.UnmarshalBinary(fields[3]) != nil || c.Said.UnmarshalBinary(fields[9]) != nil {
		return Change{}, ErrMalformed
	}
	ahead, n := binary.Varint(fields[6])
	cancels, m := binary.Uvarint(fields[7])
	if n != len(fields[6]) || n <= 0 || m != len(fields[7]) || m <= 0 {
		return Change{}, ErrMalformed
	}
	c.Patient, c.Device, c.Op = vitals.NewPatientID(string(fields[0])), vitals.DeviceID(fields[1]), Op(fields[2][0])
	c.Into, c.Bed = vitals.NewPatientID(string(fields[4])), string(fields[5])
	c.Ahead, c.Cancels, c.By = time.Duration(ahead), cancels, string(fields[8])
	return c, nil
}

func split(b []byte) (fields [changeFields][]byte, ok bool) {
	if len(b) == 0 || b[0] != changeVersion {
		return fields, false
	}
	b = b[1:]
	for i := range fields {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return fields, false
		}
		fields[i], b = b[size:size+int(n)], b[size+int(n):]
	}
	return fields, len(b) == 0
}
