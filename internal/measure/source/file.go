package source

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path"
	"strings"
)

// file adds the figures of one file.
func (p *Package) file(name string, text []byte) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if ast.IsGenerated(f) {
		return nil
	}
	if strings.HasSuffix(name, "_test.go") {
		p.Test += codeLines(text)
		return nil
	}
	p.Code += codeLines(text)
	lines := bytes.Count(text, []byte("\n"))
	p.Files = append(p.Files, Span{Name: path.Base(name), File: name, Lines: lines})
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			p.Funcs = append(p.Funcs, Span{
				Name: funcName(d), File: name,
				Lines: fset.Position(d.End()).Line - fset.Position(d.Pos()).Line + 1,
			})
			p.funcDecl(d)
		case *ast.GenDecl:
			p.genDecl(d)
		}
	}
	return nil
}

// codeLines counts the lines that hold a token, all lines of a raw string
// included. A comment is no token.
func codeLines(text []byte) (n int) {
	f := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(f, text, nil, 0)
	last := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return n
		}
		if tok == token.SEMICOLON && lit != ";" {
			continue // the scanner's own, at the end of a line
		}
		first := f.Line(pos)
		end := first + strings.Count(lit, "\n")
		n += end - max(first-1, last)
		last = end
	}
}

func (p *Package) funcDecl(d *ast.FuncDecl) {
	if !d.Name.IsExported() {
		return
	}
	if d.Recv == nil {
		p.Names.Funcs++
	} else if !ast.IsExported(receiver(d)) {
		return
	} else {
		p.Methods++
	}
	p.documented(d.Doc)
}

func (p *Package) genDecl(d *ast.GenDecl) {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				p.Names.Types++
				p.documented(d.Doc, s.Doc, s.Comment)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if !name.IsExported() {
					continue
				}
				if d.Tok == token.CONST {
					p.Names.Consts++
				} else {
					p.Names.Vars++
				}
				p.documented(d.Doc, s.Doc, s.Comment)
			}
		}
	}
}

// documented counts a name that any of the comments explains. The comment of
// a group is one for each of its names, as go doc shows it.
func (p *Package) documented(comments ...*ast.CommentGroup) {
	for _, c := range comments {
		if c != nil {
			p.Docs++
			return
		}
	}
}

func funcName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	return receiver(d) + "." + d.Name.Name
}

// receiver is the name of the receiver's type, without star and parameters.
func receiver(d *ast.FuncDecl) string {
	typ := d.Recv.List[0].Type
	for {
		switch t := typ.(type) {
		case *ast.StarExpr:
			typ = t.X
		case *ast.IndexExpr:
			typ = t.X
		case *ast.IndexListExpr:
			typ = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}
