package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// A bridge is a gateway in a process of its own, from the devices of some
// patients to a FHIR server. It ends when all that they measured is there.
type bridge struct {
	Server  string
	Log     string
	Number  int
	Measure int // observations
	Rate    int // observations a second
	Seed    uint64
}

func (b bridge) run() (err error) {
	ctx := context.Background()
	log, err := store.Open(b.Log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	record, err := client.New(b.Server)
	if err != nil {
		return err
	}
	defer record.Close()
	last, err := log.Last(ctx)
	if err != nil {
		return err
	}
	gateway := telemed.Gateway{
		Source: newDevices(b, stored(last)), Decoder: compact.Decoder{}, Log: log, Roster: telemed.RosterFunc(wearer), Sinks: []telemed.Sink{record},
	}
	if err := gateway.Run(ctx); err != nil {
		return err
	}
	if s := gateway.Stats(); s.Rejected > 0 {
		return fmt.Errorf("%d frames were refused", s.Rejected)
	}
	if s := record.Stats(); s.Quarantined > 0 || s.LeftOut > 0 || s.Duplicates > 0 {
		return fmt.Errorf("%d in quarantine, %d left out, %d doubled", s.Quarantined, s.LeftOut, s.Duplicates)
	}
	return nil
}

// wearer is the patient who wears a device: of the same name.
func wearer(d vitals.DeviceID, _ time.Time) (vitals.PatientID, bool) {
	return vitals.NewPatientID("patient-" + string(d)), true
}
