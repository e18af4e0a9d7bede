// Command measure prints how much source each package of the module has, what
// in it is longer than the house likes, and how much of it is public.
//
//	go run ./internal/measure [-module DIR]
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"text/tabwriter"

	"github.com/telemed-go/sdk/internal/measure/source"
)

func main() {
	root := flag.String("module", ".", "directory of the module's go.mod")
	flag.Parse()
	packages, err := source.Read(*root)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(report(packages)); err != nil {
		log.Fatal(err)
	}
}

// report is a row for each package, the totals, and what is too long by name.
func report(packages []source.Package) []byte {
	var out bytes.Buffer
	total := source.Package{Dir: "total"}
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "code\ttest/code\tfunctions\tover %d\tfiles\tover %d\texported\tfuncs\ttypes\tvars\tconsts\tmethods\tdocumented\t  package\n",
		source.MaxFuncLines, source.MaxFileLines)
	for _, p := range packages {
		row(table, p)
		total.Add(p)
	}
	row(table, total)
	_ = table.Flush() // a buffer takes everything
	fmt.Fprintf(&out, "\nFunctions over %d lines: %d\n", source.MaxFuncLines, len(total.LongFuncs()))
	for _, s := range total.LongFuncs() {
		fmt.Fprintf(&out, "%5d  %s %s\n", s.Lines, s.File, s.Name)
	}
	fmt.Fprintf(&out, "\nFiles over %d lines: %d\n", source.MaxFileLines, len(total.LongFiles()))
	for _, s := range total.LongFiles() {
		fmt.Fprintf(&out, "%5d  %s\n", s.Lines, s.File)
	}
	return out.Bytes()
}

func row(w io.Writer, p source.Package) {
	n := p.Names
	fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t  %s\n",
		p.Code, ratio(p.Test, p.Code, 1, "%.2f"), len(p.Funcs), len(p.LongFuncs()), len(p.Files), len(p.LongFiles()),
		n.Total(), n.Funcs, n.Types, n.Vars, n.Consts, p.Methods, ratio(p.Docs, n.Total()+p.Methods, 100, "%.0f%%"), p.Dir)
}

// ratio is a dash where there is nothing to divide by.
func ratio(a, b int, scale float64, format string) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf(format, scale*float64(a)/float64(b))
}
