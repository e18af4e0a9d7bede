package serve

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// capabilityStatement is what metadata says; all of it is derived from what the
// routes do, so that it says exactly what is there.
type capabilityStatement struct {
	ResourceType string            `json:"resourceType"`
	Status       string            `json:"status"`
	Date         string            `json:"date"`
	Kind         string            `json:"kind"`
	Instantiates []string          `json:"instantiates,omitempty"`
	Software     map[string]string `json:"software"`
	FHIRVersion  string            `json:"fhirVersion"`
	Format       []string          `json:"format"`
	Implement    map[string]string `json:"implementation"`
	Rest         []rest            `json:"rest"`
}

type rest struct {
	Mode          string         `json:"mode"`
	Documentation string         `json:"documentation"`
	Security      security       `json:"security"`
	Resource      []restResource `json:"resource"`
	Operation     []operation    `json:"operation,omitempty"`
}

type security struct {
	Service     []concept `json:"service"`
	Description string    `json:"description"`
}

type concept struct {
	Coding []coding `json:"coding"`
}

type restResource struct {
	Extension      []topicExtension `json:"extension,omitempty"`
	Type           string           `json:"type"`
	Profile        []string         `json:"supportedProfile,omitempty"`
	Interaction    []codeOnly       `json:"interaction"`
	Versioning     string           `json:"versioning,omitempty"`
	ConditionalGet string           `json:"conditionalRead,omitempty"`
	SearchParam    []searchParam    `json:"searchParam,omitempty"`
	Operation      []operation      `json:"operation,omitempty"`
}

type topicExtension struct {
	URL       string `json:"url"`
	Canonical string `json:"valueCanonical"`
}

type codeOnly struct {
	Code string `json:"code"`
}

type searchParam struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type operation struct {
	Name       string `json:"name"`
	Definition string `json:"definition"`
}

// searchTypes are the types of the parameters of searches; others control the
// result and are not told.
var searchTypes = map[string]string{
	"patient": "reference", "subject": "reference", "_id": "token", "_lastUpdated": "date", "code": "token", "category": "token",
	"date": "date", "identified": "date", "sent": "date",
}

// capabilities answers metadata, to everybody: clients find out by it where to
// get a token. It says nothing about what is measured.
func (s *Server) capabilities(v *visit) *fault {
	c := capabilityStatement{
		ResourceType: "CapabilityStatement", Status: "active", Date: "2026-12-01", Kind: "instance", FHIRVersion: "4.0.1",
		Instantiates: []string{"http://hl7.org/fhir/uv/subscriptions-backport/CapabilityStatement/backport-subscription-server-r4"},
		Software:     map[string]string{"name": "github.com/telemed-go/sdk/fhir/serve"},
		Format:       []string{"application/fhir+json", "json"},
		Implement:    map[string]string{"description": "What a ward measures now: a bounded window, not the record"},
		Rest: []rest{{
			Mode: "server",
			Documentation: "A search names one patient, or ids. GET [base]/$stream gives changes as Server-Sent Events or over a WebSocket. " +
				"Only the current version of a resource can be read. The newest come first.",
			Security: security{
				Service:     []concept{{[]coding{{"http://terminology.hl7.org/CodeSystem/restful-security-service", "SMART-on-FHIR"}}}},
				Description: "Bearer tokens with SMART scopes, version 1 or 2",
			},
		}},
	}
	if s.Base != "" {
		c.Implement["url"] = s.Base
	}
	for _, kind := range kinds {
		c.Rest[0].Resource = append(c.Rest[0].Resource, capabilityOf(kind))
	}
	if s.Patient != nil {
		c.Rest[0].Resource = append(c.Rest[0].Resource, restResource{Type: "Patient", Interaction: []codeOnly{{"read"}}})
	}
	c.Rest[0].Resource = append(c.Rest[0].Resource, subscriptionCapability())
	body, err := json.Marshal(c)
	if err != nil {
		return faultNotFound // strings have no error
	}
	v.w.Header().Set("Cache-Control", "public, max-age=3600")
	v.w.Header().Set("Last-Modified", time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Format(http.TimeFormat))
	write(v.w, http.StatusOK, body)
	return nil
}

func capabilityOf(kind string) restResource {
	r := restResource{
		Type: kind, Interaction: []codeOnly{{"read"}, {"vread"}, {"search-type"}},
		Versioning: "versioned", ConditionalGet: "not-match",
	}
	names := searchNames(kind)
	slices.Sort(names)
	for _, name := range names {
		if t, ok := searchTypes[name]; ok {
			r.SearchParam = append(r.SearchParam, searchParam{name, t})
		}
	}
	if kind == "Observation" {
		r.Operation = []operation{{"lastn", "http://hl7.org/fhir/OperationDefinition/Observation-lastn"}}
	}
	return r
}

func subscriptionCapability() restResource {
	r := restResource{
		Type: "Subscription", Profile: []string{backport + "backport-subscription"},
		Interaction: []codeOnly{{"create"}, {"read"}, {"delete"}}, Versioning: "versioned", ConditionalGet: "not-match",
		Operation: []operation{
			{"status", "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status"},
			{"events", "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-events"},
		},
	}
	for _, topic := range []string{TopicAlarms, TopicObservations} {
		r.Extension = append(r.Extension, topicExtension{backport + "capabilitystatement-subscriptiontopic-canonical", topic})
	}
	return r
}
