package validate

import (
	"slices"
	"strconv"
	"strings"
)

// The limits of the zero Validator.
const (
	DefaultMaxBytes  = 16 << 20
	DefaultMaxDepth  = 64
	DefaultMaxIssues = 100
)

// maxValues bounds the memory for one resource: a value takes some fifty bytes.
const maxValues = 1 << 20

// A Validator is the choices for checking. The zero value is what [Resource]
// uses. It is a value and safe for concurrent use.
type Validator struct {
	// Profiles are canonical URLs. Every resource of a profile's type, also those
	// in a Bundle, is checked against it, though it may not claim it.
	Profiles []string
	// RequireProfiles makes a profile that a resource claims and that is not
	// known an error; otherwise it is a warning.
	RequireProfiles bool
	// MaxBytes is the size that one resource may have; 0 is DefaultMaxBytes.
	MaxBytes int
	// MaxDepth is how deep objects and arrays may be nested; 0 is DefaultMaxDepth.
	MaxDepth int
	// MaxIssues is the number of issues after which checking ends, with one
	// more that says so; 0 is DefaultMaxIssues.
	MaxIssues int
}

// Resource checks the JSON of one resource, a Bundle with all its entries for
// instance, against FHIR R4, against the profiles that it claims in
// meta.profile, and against the profiles given.
func Resource(b []byte, profiles ...string) Issues {
	return Validator{Profiles: profiles}.Resource(b)
}

func or(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// Resource checks the JSON of one resource. It does not keep b.
func (v Validator) Resource(b []byte) Issues {
	r := run{choices: v, lib: definitions(), limit: or(v.MaxIssues, DefaultMaxIssues), bundle: none}
	r.path = append(r.path, '$')
	if len(b) > or(v.MaxBytes, DefaultMaxBytes) || len(b) > 1<<30 {
		r.issue(Fatal, codeTooLong, none, "larger than the limit")
		return r.issues
	}
	in := reader{s: string(b), depth: or(v.MaxDepth, DefaultMaxDepth), nodes: maxValues}
	if err := in.read(); err != nil {
		kind := codeTooCostly
		if _, ok := err.(*syntaxError); ok { //nolint:errorlint // it is never wrapped
			kind = codeInvalid
		}
		r.issue(Fatal, kind, none, err.Error())
		return r.issues
	}
	r.doc = in.doc
	r.work = 1_000_000 + 100*len(r.doc)
	for _, url := range v.Profiles {
		if r.lib.profiles[bare(url)] == nil {
			r.issue(Error, codeNotSupported, none, "a profile that was asked for is not known here")
		}
	}
	r.path = r.path[:0]
	r.resource(0, r.doc.string(0, "resourceType"), none)
	return r.issues
}

// bare cuts the version off a canonical URL.
func bare(url string) string {
	url, _, _ = strings.Cut(url, "|")
	return url
}

// A run is the checking of one resource.
type run struct {
	choices Validator
	lib     *library
	doc     document
	path    []byte
	profile string // the profile that is being checked
	issues  Issues
	limit   int
	work    int // steps that may still be done
	stopped bool

	here, top int32 // the resource, and the one that contains it or itself: %resource and %rootResource
	bundle    int32 // the innermost Bundle around it
	urls      map[string]string
	urns      bool  // urn references must be among urls
	present   []int // stack of counters
	found     []hit // stack of elements found
}

// issue adds an issue about the value i at the present path.
func (v *run) issue(severity Severity, kind string, i int32, message string) {
	if v.stopped {
		return
	}
	at := 0
	if i >= 0 {
		at = int(v.doc[i].offset)
	}
	n := Issue{severity, string(v.path), kind, message, v.profile, at}
	if slices.Contains(v.issues, n) {
		return
	}
	if len(v.issues) == v.limit {
		v.stopped = true
		n = Issue{Error, n.Path, codeTooCostly, "more issues than the limit: checking ended", "", at}
	}
	v.issues = append(v.issues, n)
}

func (v *run) error(kind string, i int32, message string) { v.issue(Error, kind, i, message) }

// step counts work and reports whether checking must end.
func (v *run) step() bool {
	if v.work--; v.work < 0 && !v.stopped {
		v.issue(Error, codeTooCostly, none, "too much to compare: checking ended")
		v.stopped = true
	}
	return v.stopped
}

// push adds a name, and an index if it is not negative, to the path. The caller
// cuts the path back to the length returned.
func (v *run) push(name string, index int) int {
	mark := len(v.path)
	v.path = append(v.path, '.')
	v.path = append(v.path, name...)
	if index >= 0 {
		v.path = append(v.path, '[')
		v.path = strconv.AppendInt(v.path, int64(index), 10)
		v.path = append(v.path, ']')
	}
	return mark
}

// at reports an error at an element below the present one.
func (v *run) at(name, kind string, i int32, message string) {
	mark := v.push(name, -1)
	v.error(kind, i, message)
	v.path = v.path[:mark]
}

// resource checks the resource i. If it is contained, container is the resource
// around it.
func (v *run) resource(i int32, name string, container int32) {
	if v.stopped {
		return
	}
	if v.doc[i].form != object {
		v.orRoot(i, codeStructure, "a resource must be an object")
		return
	}
	s := v.lib.types[name]
	switch {
	case v.doc.member(i, "resourceType") < 0:
		v.orRoot(i, codeRequired, "no resourceType")
		return
	case s == nil || !s.resource:
		v.orRoot(i, codeStructure, "resourceType is not one of FHIR R4")
		return
	}
	if len(v.path) == 0 {
		v.path = append(v.path, name...)
	}
	outerHere, outerTop := v.here, v.top
	v.here, v.top = i, i
	if container >= 0 {
		v.top = container
	}
	if name == "Bundle" {
		defer v.enterBundle(i)()
	}
	root := v.lib.root(s)
	v.object(root, i, true)
	v.invariants(root.rules, i)
	v.profiles(i, name)
	if name == "Bundle" {
		v.bundleRules(i)
	}
	v.here, v.top = outerHere, outerTop
}

func (v *run) orRoot(i int32, kind, message string) {
	if len(v.path) == 0 {
		v.path = append(v.path, '$')
	}
	v.error(kind, i, message)
}

// maxClaims is the number of profiles that one resource may claim.
const maxClaims = 32

// profiles checks the resource i against what it claims and what was asked for.
func (v *run) profiles(i int32, name string) {
	var done []string
	claims := v.doc.member(v.doc.member(i, "meta"), "profile")
	if claims >= 0 && v.doc[claims].form == array {
		mark := v.push("meta", -1)
		k := 0
		for c := claims + 1; c < v.doc[claims].end; c = v.doc[c].end {
			v.push("profile", k)
			k++
			switch url := bare(v.doc[c].text); {
			case v.doc[c].form != text || slices.Contains(done, url):
			case len(done) == maxClaims:
				v.issue(Error, codeTooCostly, c, "more profiles claimed than the limit")
			case v.lib.profiles[url] != nil && v.lib.profiles[url].of != name:
				v.error(codeValue, c, "a profile of another type")
			case v.lib.profiles[url] != nil || url == v.lib.types[name].url:
				done = append(done, url)
			case v.choices.RequireProfiles:
				v.issue(Error, codeNotSupported, c, "a profile that is not known here")
			default:
				v.issue(Warning, codeNotSupported, c, "a profile that is not known here: not checked")
			}
			v.path = v.path[:mark+len(".meta")]
			if len(done) == maxClaims+1 {
				break
			}
		}
		v.path = v.path[:mark]
	}
	for _, url := range v.choices.Profiles {
		url = bare(url)
		if p := v.lib.profiles[url]; p != nil && p.of == name && !slices.Contains(done, url) {
			done = append(done, url)
		}
	}
	for _, url := range done {
		if p := v.lib.profiles[url]; p != nil {
			v.as(p, i)
		}
	}
}

// as checks the value i against a profile of its type.
func (v *run) as(p *structure, i int32) {
	outer := v.profile
	v.profile = p.url
	v.conform(v.lib.root(p), i, "")
	v.profile = outer
}
