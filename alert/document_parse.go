package alert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"
)

// A DocumentError says where in a rule document a mistake is. It shows nothing
// of the document but the names of rules.
type DocumentError struct {
	Line, Column int    // from 1; the column counts bytes
	Path         string // such as "rules[2].limit", empty for the document
	Err          error
}

// Error is "alert: line 7, column 16: rules[2].limit: ...".
func (e *DocumentError) Error() string {
	path := e.Path
	if path != "" {
		path += ": "
	}
	why := strings.TrimPrefix(e.Err.Error(), "alert: ")
	return fmt.Sprintf("alert: line %d, column %d: %s%s", e.Line, e.Column, path, why)
}

// Unwrap returns Err.
func (e *DocumentError) Unwrap() error { return e.Err }

// What a document may hold. A ward has some dozens of rules; members of cohorts
// are most of a large document.
const (
	maxDocument = 16 << 20 // bytes
	maxValues   = 1 << 18
	maxObject   = 64 // of one object
	maxNesting  = 32
	maxRules    = 1024
	maxErrors   = 20 // that are told

	maxOverrides = 1 << 16
)

// A node is a value of the document with its place.
type node struct {
	parent  *node
	name    string // as a member, "?" for one that no document has
	index   int    // as an item
	offset  int
	value   any        // nil, bool, string or json.Number of a leaf
	members []property // of an object
	items   []*node    // of an array
	kind    byte       // '{', '[' or 'v'
}

type property struct {
	name string
	node *node
}

// path is "rules[2].limit", and "" for the whole document.
func (n *node) path() string {
	if n.parent == nil {
		return ""
	}
	above := n.parent.path()
	switch {
	case n.parent.kind == '[':
		return fmt.Sprintf("%s[%d]", above, n.index)
	case above == "":
		return n.name
	}
	return above + "." + n.name
}

// get is the member of an object with a name, or nil.
func (n *node) get(name string) *node {
	for i := range n.members {
		if n.members[i].name == name {
			return n.members[i].node
		}
	}
	return nil
}

// at is the member with a name, or the object itself without one.
func (n *node) at(name string) *node {
	if m := n.get(name); m != nil && name != "" {
		return m
	}
	return n
}

// A parser turns the text into nodes and collects mistakes.
type parser struct {
	text   []byte
	d      *json.Decoder
	values int
	errs   []error
}

// mistake notes an error at a node.
func (p *parser) mistake(n *node, err error) {
	if len(p.errs) >= maxErrors {
		return
	}
	before := p.text[:n.offset]
	p.errs = append(p.errs, &DocumentError{
		Line:   bytes.Count(before, []byte("\n")) + 1,
		Column: n.offset - bytes.LastIndexByte(before, '\n'),
		Path:   n.path(), Err: err,
	})
}

func (p *parser) complain(n *node, why string) { p.mistake(n, fmt.Errorf("%s: %w", why, ErrRule)) }

var errText = errors.New("not a JSON document")

// parse reads the text, or returns nil after a mistake.
func (p *parser) parse() *node {
	root := &node{}
	switch {
	case len(p.text) > maxDocument:
		p.complain(root, "the document is longer than 16 MiB")
		return nil
	case !utf8.Valid(p.text):
		p.complain(root, "the document is not UTF-8")
		return nil
	}
	p.d = json.NewDecoder(bytes.NewReader(p.text))
	p.d.UseNumber()
	root, err := p.next(&node{}, maxNesting)
	if err == nil && root == nil {
		err = errText
	}
	if err == nil {
		if _, err = p.d.Token(); errors.Is(err, io.EOF) {
			return root
		}
		err = errText
	}
	if len(p.errs) == 0 {
		p.complain(&node{offset: min(int(p.d.InputOffset()), len(p.text))}, err.Error())
	}
	return nil
}

// memberNames are those of all document types.
var memberNames = sync.OnceValue(func() map[string]bool {
	names := make(map[string]bool)
	for _, t := range []any{
		setDoc{},
		cohortDoc{},
		overrideDoc{},
		ruleDoc{},
		countDoc{},
		ageDoc{},
		flappingDoc{},
		duringDoc{},
		windowDoc{},
		quietDoc{},
		setByDoc{},
	} {
		for f := range reflect.TypeOf(t).Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			names[name] = true
		}
	}
	return names
})

// start is where the next token begins.
func (p *parser) start() int {
	i := int(p.d.InputOffset())
	for i < len(p.text) && bytes.IndexByte([]byte(" \t\r\n,:"), p.text[i]) >= 0 {
		i++
	}
	return i
}

// next reads one value into n, which knows its place. It returns nil at the end
// of an array.
func (p *parser) next(n *node, depth int) (*node, error) {
	n.offset, n.kind = p.start(), 'v'
	token, err := p.d.Token()
	if err != nil {
		return nil, errText // that of json quotes the text
	}
	delim, ok := token.(json.Delim)
	p.values++
	switch {
	case p.values > maxValues:
		p.complain(n, fmt.Sprintf("more than %d values", maxValues))
		return nil, errText
	case !ok:
		n.value = token
		return n, nil
	case delim == ']' || delim == '}':
		return nil, nil
	case depth == 0:
		p.complain(n, fmt.Sprintf("nested deeper than %d", maxNesting))
		return nil, errText
	}
	if n.kind = byte(delim); delim == '{' {
		return n, p.object(n, depth-1)
	}
	for {
		item, err := p.next(&node{parent: n, index: len(n.items)}, depth-1)
		if item == nil || err != nil {
			return n, err
		}
		n.items = append(n.items, item)
	}
}

// object reads the members of n up to its end.
func (p *parser) object(n *node, depth int) error {
	for {
		offset := p.start()
		token, err := p.d.Token()
		if err != nil {
			return errText
		}
		name, ok := token.(string)
		if !ok {
			return nil
		}
		m := &node{parent: n, name: name}
		if !memberNames()[name] {
			m.name = "?" // a name could be anything
		}
		if _, err := p.next(m, depth); err != nil {
			return err
		}
		switch {
		case n.get(name) != nil:
			p.complain(&node{parent: n.parent, name: n.name, index: n.index, offset: offset}, "a member comes twice")
		case len(n.members) == maxObject:
			p.complain(n, fmt.Sprintf("more than %d members", maxObject))
			return errText
		}
		n.members = append(n.members, property{name, m})
	}
}
