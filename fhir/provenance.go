package fhir

import (
	"encoding/base64"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// An Origin says where Observations come from: which bytes, of which device,
// through whom. See [Mapper.Provenance].
type Origin struct {
	ID string
	// Targets are references to what was made from the frame.
	Targets []string
	// Digest is the SHA-256 of the frame's bytes as received. It proves what
	// was received without repeating it.
	Digest [32]byte
	// Format says what the bytes are: "Bluetooth GATT 2A37".
	Format string
	// Device sent the frame.
	Device vitals.DeviceID
	// Software decoded it: name and version.
	Software string
	// Received is when the frame came, Recorded when this is said.
	Received, Recorded time.Time
	TestData           bool
}

// Provenance says how Observations came about: from the frame (entity, role
// source, by its digest as RFC 6920 writes it), the device as author, the gateway of m
// and its software as assemblers. A gateway or a device is required.
func (m Mapper) Provenance(o Origin) (models.Provenance, error) {
	mk := making{kind: "Provenance"}
	p := models.Provenance{
		Id: mk.id(o.ID), Meta: mk.security(o.TestData), Target: mk.references("target", o.Targets),
		OccurredDateTime: mk.time("occurredDateTime", o.Received), Recorded: mk.instant("recorded", o.Recorded),
		Activity: ptr(concept(coding(terminology+"v3-DataOperation", "CREATE", "create"))),
	}
	agent := func(role string, who *models.Reference) {
		if who != nil {
			p.Agent = append(p.Agent, models.ProvenanceAgent{
				Type: ptr(concept(coding(terminology+"provenance-participant-type", role, ""))), Who: *who,
			})
		}
	}
	agent("author", mk.device(&m, o.Device))
	agent("assembler", mk.reference("agent.who", m.Gateway, "Device"))
	mk.need("agent", len(p.Agent) > 0)
	if o.Software != "" {
		agent("assembler", &models.Reference{Display: &o.Software})
	}
	mk.need("target", len(p.Target) > 0)
	mk.need("entity", o.Digest != [32]byte{})
	p.Entity = []models.ProvenanceEntity{{
		Role: models.ProvenanceEntityRoleSource,
		What: models.Reference{
			Identifier: &models.Identifier{System: ptr(systemURI), Value: ptr("ni:///sha-256;" + base64.RawURLEncoding.EncodeToString(o.Digest[:]))},
			Display:    text(o.Format),
		},
	}}
	if mk.err != nil {
		return models.Provenance{}, mk.err
	}
	return p, nil
}
