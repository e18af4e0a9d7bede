package devicetest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"slices"
)

// WriteJSON writes reports as one JSON array.
func WriteJSON(w io.Writer, reports ...Report) error {
	for i := range reports {
		if reports[i].Findings == nil {
			reports = slices.Clone(reports)
			reports[i].Findings = []Finding{}
		}
	}
	return writeJSON(w, reports)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// The elements of JUnit XML, as far as build servers read them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class    string         `xml:"classname,attr"`
		Name     string         `xml:"name,attr"`
		Failures []junitFailure `xml:"failure"`
		Out      string         `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes reports as JUnit XML: a suite for each report, a case for
// each frame, a failure for each error and warning.
func WriteJUnit(w io.Writer, reports ...Report) error {
	all := junitSuites{}
	for _, r := range reports {
		suite := r.junit()
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Suites = append(all.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r Report) junit() junitSuite {
	suite := junitSuite{Name: r.name(), Tests: r.Frames, Cases: make([]junitCase, r.Frames)}
	for i := range suite.Cases {
		suite.Cases[i] = junitCase{Class: r.name(), Name: fmt.Sprintf("frame %d", i+1)}
	}
	for _, f := range r.Findings {
		c := &suite.Cases[f.Frame-1]
		if f.Severity < Warning || f.KnownQuirk {
			c.Out += f.String() + "\n"
			continue
		}
		if len(c.Failures) == 0 {
			suite.Failures++
		}
		c.Failures = append(c.Failures, junitFailure{Type: f.Rule, Message: f.String()})
	}
	return suite
}

func (r Report) name() string {
	if r.Name == "" {
		return "capture"
	}
	return r.Name
}

// The objects of SARIF 2.1.0 that are used here, by the names of its schema.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string             `json:"id"`
		Short         sarifText          `json:"shortDescription"`
		Configuration sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifConfiguration struct {
		Level Severity `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID     string          `json:"ruleId"`
		RuleIndex  int             `json:"ruleIndex"`
		Level      Severity        `json:"level"`
		Message    sarifText       `json:"message"`
		Locations  []sarifLocation `json:"locations,omitempty"`
		Properties sarifProperties `json:"properties"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifProperties struct {
		Characteristic string `json:"characteristic"`
		Frame          int    `json:"frame"`
		Offset         int    `json:"offset"`
		Field          string `json:"field,omitempty"`
		Clause         string `json:"clause,omitempty"`
	}
)

// WriteSARIF writes reports as one run of SARIF 2.1.0, which code hosts show
// at the line of the capture. A report without a name has no locations.
func WriteSARIF(w io.Writer, reports ...Report) error {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "devicetest", InformationURI: "https://github.com/telemed-go/sdk", Rules: []sarifRule{},
		}},
		ColumnKind: "utf16CodeUnits", Results: []sarifResult{},
	}
	index := map[string]int{}
	for i, r := range Rules() {
		index[r.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{r.ID, sarifText{r.Text}, sarifConfiguration{r.Severity}})
	}
	for _, r := range reports {
		for _, f := range r.Findings {
			run.Results = append(run.Results, f.sarif(r.Name, index[f.Rule]))
		}
	}
	return writeJSON(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

func (f Finding) sarif(name string, index int) sarifResult {
	r := sarifResult{
		RuleID: f.Rule, RuleIndex: index, Level: f.Severity, Message: sarifText{f.String()},
		Properties: sarifProperties{f.Characteristic, f.Frame, f.Offset, f.Field, f.Clause},
	}
	if name != "" {
		at := sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: name}).String()}}
		if f.Line > 0 {
			at.Region = &sarifRegion{f.Line}
		}
		r.Locations = []sarifLocation{{at}}
	}
	return r
}
