package validate

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
)

// enterBundle prepares the resolution of references inside the Bundle i, and
// returns how to leave it.
func (v *run) enterBundle(i int32) func() {
	bundle, urls, urns := v.bundle, v.urls, v.urns
	v.bundle, v.urls, v.urns = i, map[string]string{}, v.doc.string(i, "type") == "transaction"
	for e := range v.entries(i) {
		if url := v.doc.string(e, "fullUrl"); url != "" {
			v.urls[url] = v.doc.string(v.doc.member(e, "resource"), "resourceType")
		}
	}
	return func() { v.bundle, v.urls, v.urns = bundle, urls, urns }
}

// entries yields the entries of a Bundle with their position.
func (v *run) entries(i int32) func(func(int32, int) bool) {
	return func(yield func(int32, int) bool) {
		list := v.doc.member(i, "entry")
		if list < 0 || v.doc[list].form != array {
			return
		}
		n := 0
		for e := list + 1; e < v.doc[list].end && yield(e, n); e = v.doc[e].end {
			n++
		}
	}
}

// resolves checks that a urn of a transaction leads to an entry (FHIR R4,
// bundle.html, Resolving references in Bundles).
func (v *run) resolves(i int32) {
	if !v.urns {
		return
	}
	ref := v.doc.string(i, "reference")
	if !strings.HasPrefix(ref, "urn:uuid:") && !strings.HasPrefix(ref, "urn:oid:") {
		return
	}
	if _, ok := v.urls[ref]; !ok {
		v.at("reference", codeNotFound, i, "leads to no entry of this transaction")
	}
}

// bundleRules checks what is said of fullUrl beyond the invariants.
func (v *run) bundleRules(i int32) {
	if v.doc.string(i, "type") == "history" {
		return
	}
	seen := map[[2]string]bool{}
	for e, n := range v.entries(i) {
		url := v.doc.string(e, "fullUrl")
		if url == "" {
			continue
		}
		mark := v.push("entry", n)
		version := v.doc.string(v.doc.member(v.doc.member(e, "resource"), "meta"), "versionId")
		if seen[[2]string{url, version}] {
			v.at("fullUrl", codeDuplicate, e, "bdl-7: "+v.lib.constraints["bdl-7"].human)
		}
		seen[[2]string{url, version}] = true
		if rest, ok := strings.CutPrefix(url, "urn:uuid:"); ok && !isUUID(rest) {
			inner := v.push("fullUrl", -1)
			v.issue(Warning, codeValue, e, "urn:uuid: is followed by no UUID in lower case")
			v.path = v.path[:inner]
		}
		v.path = v.path[:mark]
	}
}

// narrative checks the XHTML of a narrative: it is well-formed, a div, has only
// the elements and attributes that narratives may have, and says something
// (FHIR R4, narrative.html, txt-1 and txt-2).
func (v *run) narrative(i int32) {
	d := xml.NewDecoder(strings.NewReader(v.doc[i].text))
	d.Entity = xml.HTMLEntity
	depth, content := 0, false
	for {
		token, err := d.Token()
		if err == io.EOF { //nolint:errorlint // as documented
			break
		}
		if err != nil {
			v.error(codeInvalid, i, "not well-formed XHTML")
			return
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 && (t.Name.Local != "div" || t.Name.Space != "http://www.w3.org/1999/xhtml") {
				v.error(codeInvalid, i, "not a div in the namespace of XHTML")
				return
			}
			if !allowedElement(t) {
				v.error(codeInvariant, i, "txt-1: "+v.lib.constraints["txt-1"].human)
				return
			}
			content = content || t.Name.Local == "img"
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			content = content || strings.TrimSpace(string(t)) != ""
		}
	}
	if !content {
		v.error(codeInvariant, i, "txt-2: "+v.lib.constraints["txt-2"].human)
	}
}

// allowedElement reports whether a narrative may have the element with its
// attributes: chapters 7 to 11 except 4 of 9, and 15, of HTML 4.0, and nothing active.
func allowedElement(e xml.StartElement) bool {
	if !slices.Contains([]string{
		"a", "abbr", "acronym", "address", "b", "bdo", "big", "blockquote", "br", "caption", "cite", "code", "col", "colgroup",
		"dd", "del", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol",
		"p", "pre", "q", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt",
		"u", "ul", "var", "s", "strike", "center", "font", "map", "area",
	}, e.Name.Local) {
		return false
	}
	for _, a := range e.Attr {
		if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Value)), "javascript:") {
			return false
		}
	}
	return true
}
