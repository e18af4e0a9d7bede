package validate

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// definitionsText is written by internal/fhirdefs, which also says what its
// lines mean.
//
//go:embed zz_definitions.txt
var definitionsText string

// definitions is the index of the definitions. Each is read when it is first
// needed, and then never changes.
var definitions = sync.OnceValue(func() *library { return index(definitionsText) })

type library struct {
	primitives  map[string]string      // name -> regular expression, for the test
	types       map[string]*structure  // name of a datatype or a resource
	profiles    map[string]*structure  // canonical URL
	constraints map[string]*constraint // key
	sets        []*valueSet            // the first is at 1
	names       func() map[string]bool // the names of all elements
}

// A structure is a datatype, a resource or a profile of one of them.
type structure struct {
	url, of  string // canonical URL; type
	resource bool
	lines    string
	once     sync.Once
	top      *element
}

// An element is an element of a type with all its rules, or what a profile adds
// to them.
type element struct {
	name     string // without [x]; of a slice the slice's name
	choice   bool   // value[x]
	min, max int    // max is -1 for *
	types    []typeRef
	binding  *valueSet
	fixed    document
	pattern  document
	rules    []*constraint
	slicing  *slicing
	slices   []*element
	kids     []*element
	json     string // fixed or pattern as JSON, for messages

	members map[string]member // how the kids appear in JSON; of types only
}

// A member is what a name in JSON means.
type member struct {
	kid   int
	typ   *typeRef
	under bool // _name: id and extensions of a primitive
}

type typeRef struct {
	name      string
	primitive primitive  // 0 for others
	structure *structure // nil for primitives and Resource
	profile   *structure // what the value must also conform to
	profURL   string
	targets   []string // of a Reference; empty for any
}

type slicing struct {
	closed         bool
	discriminators []discriminator
}

type discriminator struct {
	kind string
	path []string
}

type constraint struct {
	key, human string
	severity   Severity
	holds      func(*run, int32) bool // nil if it is not evaluated
}

type valueSet struct {
	url   string
	lines string
	once  sync.Once
	pairs map[string]map[string]bool // system -> codes
}

// has reports whether the set has the code; without a system in any system.
func (s *valueSet) has(system, code string) bool {
	s.once.Do(func() {
		s.pairs = map[string]map[string]bool{}
		for line := range strings.Lines(s.lines) {
			fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			codes := make(map[string]bool, len(fields))
			for _, c := range fields[2:] {
				codes[c] = true
			}
			s.pairs[fields[1]] = codes
		}
	})
	if system != "" {
		return s.pairs[system][code]
	}
	for _, codes := range s.pairs {
		if codes[code] {
			return true
		}
	}
	return false
}

func index(all string) *library {
	l := &library{map[string]string{}, map[string]*structure{}, map[string]*structure{}, map[string]*constraint{}, []*valueSet{nil}, nil}
	at := 0
	var lines *string // where lines of the same definition go
	start := 0
	closeLast := func() {
		if lines != nil {
			*lines = all[start:at]
		}
	}
	for line := range strings.Lines(all) {
		switch line[0] {
		case 'P', 'C', 'V', 'S':
			closeLast()
			lines, start = nil, at+len(line)
			f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
			switch line[0] {
			case 'P':
				l.primitives[f[1]] = f[2]
			case 'C':
				l.constraints[f[1]] = &constraint{f[1], f[3], Severity(f[2]), invariant(f[1])}
			case 'V':
				s := &valueSet{url: f[1]}
				l.sets = append(l.sets, s)
				lines = &s.lines
			case 'S':
				s := &structure{url: f[1], of: f[2], resource: f[3] == "resource"}
				if f[3] == "profile" {
					l.profiles[s.url] = s
				} else {
					l.types[s.of] = s
				}
				lines = &s.lines
			}
		}
		at += len(line)
	}
	closeLast()
	l.names = sync.OnceValue(func() map[string]bool { return names(all) })
	return l
}

// names collects the names of the elements of all types.
func names(all string) map[string]bool {
	known := map[string]bool{"resourceType": true}
	for line := range strings.Lines(all) {
		if c := line[0]; c < '1' || '9' < c {
			continue
		}
		f := strings.SplitN(line, "\t", 4)
		name := strings.TrimLeft(f[0], "0123456789")
		stem, choice := strings.CutSuffix(name, "[x]")
		if !choice {
			known[name] = true
			continue
		}
		for t := range strings.SplitSeq(strings.TrimSpace(f[2]), ",") {
			t, _, _ = strings.Cut(t, "(")
			known[stem+upper(t)] = true
		}
	}
	return known
}

func upper(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// root returns the top element of the structure.
func (l *library) root(s *structure) *element {
	s.once.Do(func() { s.top = l.parse(s) })
	return s.top
}

func (l *library) parse(s *structure) *element {
	var stack []*element
	var references []func()
	byPath := map[string]*element{}
	var paths []string
	for line := range strings.Lines(s.lines) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		name := strings.TrimLeft(f[0], "0123456789")
		depth, _ := strconv.Atoi(f[0][:len(f[0])-len(name)])
		e := &element{max: -1}
		e.name, e.choice = strings.CutSuffix(name, "[x]")
		if low, high, ok := strings.Cut(f[1], ".."); ok {
			e.min, _ = strconv.Atoi(low)
			if high != "*" {
				e.max, _ = strconv.Atoi(high)
			}
		}
		e.types = l.parseTypes(f[2])
		for _, x := range f[3:] {
			if path, ok := strings.CutPrefix(x, "@"); ok {
				references = append(references, func() {
					if t := byPath[path]; t != nil {
						e.kids, e.members, e.rules = t.kids, t.members, t.rules
					}
				})
				continue
			}
			l.parseRule(e, x)
		}
		stack, paths = append(stack[:depth], e), append(paths[:depth], name)
		byPath[strings.Join(paths, ".")] = e
		if depth == 0 {
			continue
		}
		parent := stack[depth-1]
		if strings.HasPrefix(name, ":") {
			e.name = name[1:]
			parent.slices = append(parent.slices, e)
		} else {
			parent.kids = append(parent.kids, e)
		}
	}
	if l.profiles[s.url] != s {
		for _, e := range byPath {
			e.members = membersOf(e)
		}
	}
	for _, resolve := range references {
		resolve()
	}
	return stack[0]
}

func (l *library) parseRule(e *element, x string) {
	switch rest := x[1:]; x[0] {
	case 'b':
		n, _ := strconv.Atoi(rest)
		e.binding = l.sets[n]
	case 'f', 'p':
		r := reader{s: rest, depth: 100, nodes: 1000}
		_ = r.read() // the test reads all of them
		e.json = rest
		if x[0] == 'f' {
			e.fixed = r.doc
		} else {
			e.pattern = r.doc
		}
	case 'c':
		for key := range strings.SplitSeq(rest, ",") {
			e.rules = append(e.rules, l.constraints[key])
		}
	case 's':
		f := strings.Split(rest, " ")
		e.slicing = &slicing{closed: f[0] == "closed"}
		for _, d := range f[1:] {
			kind, path, _ := strings.Cut(d, ":")
			e.slicing.discriminators = append(e.slicing.discriminators, discriminator{kind, steps(path)})
		}
	}
}

// steps splits the path of a discriminator. It is nil if the path leaves the
// resource (resolve()) or is otherwise none that can be followed here.
func steps(path string) []string {
	if path == "$this" {
		return []string{}
	}
	if strings.ContainsAny(path, "(") {
		return nil
	}
	return strings.Split(path, ".")
}

func (l *library) parseTypes(s string) []typeRef {
	if s == "" {
		return nil
	}
	var types []typeRef
	for t := range strings.SplitSeq(s, ",") {
		var ref typeRef
		name, rest, _ := strings.Cut(t, "[")
		ref.profURL = strings.TrimSuffix(rest, "]")
		ref.profile = l.profiles[ref.profURL]
		name, rest, _ = strings.Cut(name, "(")
		if rest = strings.TrimSuffix(rest, ")"); rest != "" {
			ref.targets = strings.Split(rest, "|")
		}
		ref.name, ref.primitive, ref.structure = name, primitiveOf(name), l.types[name]
		types = append(types, ref)
	}
	return types
}

func membersOf(e *element) map[string]member {
	if len(e.kids) == 0 {
		return nil
	}
	m := make(map[string]member, len(e.kids)+8)
	for i, k := range e.kids {
		if len(k.types) == 0 { // its content is that of another element
			m[k.name] = member{i, &typeRef{name: "BackboneElement"}, false}
			continue
		}
		for j := range k.types {
			t := &k.types[j]
			name := k.name
			if k.choice {
				name += upper(t.name)
			}
			m[name] = member{i, t, false}
			if t.primitive != 0 {
				m["_"+name] = member{i, t, true}
			}
		}
	}
	return m
}

// Profiles returns the canonical URLs of the profiles that are known, sorted.
// Extensions are among them.
func Profiles() []string {
	all := definitions().profiles
	urls := make([]string, 0, len(all))
	for url := range all {
		urls = append(urls, url)
	}
	slices.Sort(urls)
	return urls
}
