// Package source measures the Go source of a module: lines, functions, files,
// exported names. It reads text and builds nothing, so that another checkout
// can be measured as well. Nested modules, testdata and generated files are
// left out.
package source

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// MaxFuncLines and MaxFileLines are the limits of the house, blank lines and
// comments included: what is longer holds a second concept.
const (
	MaxFuncLines = 60
	MaxFileLines = 600
)

// A Package is what was measured of one directory, build constraints ignored.
type Package struct {
	Dir     string // slash-separated, below the module: "device/gatt", or "."
	Code    int    // lines with code, tests apart
	Test    int    // lines with code in tests
	Funcs   []Span // functions and methods, tests apart
	Files   []Span // whole files, tests apart
	Names   Names
	Methods int // exported methods of exported types
	Docs    int // exported names and methods with a comment
}

// A Span is a function or a file and its length.
type Span struct {
	Name  string // "gatt.go", "ParseFlags" or "Reader.Uint8"
	File  string // slash-separated, below the module
	Lines int    // from the first line to the last, whatever stands there
}

// Names counts exported top-level identifiers.
type Names struct{ Funcs, Types, Vars, Consts int }

// Total is the number of names of all sorts.
func (n Names) Total() int { return n.Funcs + n.Types + n.Vars + n.Consts }

// LongFuncs are the functions beyond MaxFuncLines.
func (p Package) LongFuncs() []Span { return beyond(p.Funcs, MaxFuncLines) }

// LongFiles are the files beyond MaxFileLines.
func (p Package) LongFiles() []Span { return beyond(p.Files, MaxFileLines) }

func beyond(spans []Span, limit int) (long []Span) {
	for _, s := range spans {
		if s.Lines > limit {
			long = append(long, s)
		}
	}
	return long
}

// Add adds the figures of q to p, which keeps its directory.
func (p *Package) Add(q Package) {
	p.Code += q.Code
	p.Test += q.Test
	p.Funcs = append(p.Funcs, q.Funcs...)
	p.Files = append(p.Files, q.Files...)
	p.Names.Funcs += q.Names.Funcs
	p.Names.Types += q.Names.Types
	p.Names.Vars += q.Names.Vars
	p.Names.Consts += q.Names.Consts
	p.Methods += q.Methods
	p.Docs += q.Docs
}

// Read measures every package of the module whose go.mod is in root, in the
// order of their directories. It fails on a file that is not Go.
func Read(root string) ([]Package, error) {
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		return nil, err
	}
	tree := os.DirFS(root)
	byDir := map[string]*Package{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return enter(tree, name)
		case path.Ext(name) != ".go":
			return nil
		}
		dir := path.Dir(name)
		if byDir[dir] == nil {
			byDir[dir] = &Package{Dir: dir}
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		return byDir[dir].file(name, text)
	})
	if err != nil {
		return nil, err
	}
	all := make([]Package, 0, len(byDir))
	for _, p := range byDir {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Package) int { return strings.Compare(a.Dir, b.Dir) })
	return all, nil
}

// enter skips the directories that the go command skips.
func enter(tree fs.FS, dir string) error {
	if dir == "." {
		return nil
	}
	base := path.Base(dir)
	if base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_' {
		return fs.SkipDir
	}
	switch _, err := fs.Stat(tree, path.Join(dir, "go.mod")); {
	case err == nil:
		return fs.SkipDir
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return err
	}
}
