package fhir

import "bytes"

// split finds the type of what a reference points to and the key by which it is
// known: the id of a relative reference to the usual type, and of all others the whole
// reference. A target that does not tell its type is taken for the usual one.
// A contained resource has no identity outside, and its type is "#".
func (r *refersTo) split(usual string) (target string, key []byte) {
	if r.reference == nil {
		return r.typeOr(usual), []byte(r.text())
	}
	if r.reference[0] == '#' {
		return "#", r.reference
	}
	ref := r.reference
	if i := bytes.Index(ref, []byte("/_history/")); i > 0 {
		ref = ref[:i:i]
	}
	i := bytes.LastIndexByte(ref, '/')
	if i < 0 {
		return r.typeOr(usual), ref
	}
	path := ref[:i]
	target = knownTarget(path[bytes.LastIndexByte(path, '/')+1:])
	switch {
	case target == "":
		return r.typeOr(usual), ref
	case target == usual && len(path) == len(target):
		return target, ref[i+1:]
	}
	return target, ref
}

// typeOr is Reference.type, or the usual one if there is none.
func (r *refersTo) typeOr(usual string) string {
	if r.target == nil {
		return usual
	}
	return knownTarget(r.target)
}

// knownTarget is the type if the subject or the device of an Observation can have it.
func knownTarget(t []byte) string {
	for _, known := range [...]string{"Patient", "Device", "DeviceMetric", "Group", "Location"} {
		if string(t) == known {
			return known
		}
	}
	return ""
}

// text is the reference, or without one the identifier.
func (r *refersTo) text() string {
	if r.reference != nil {
		return string(r.reference)
	}
	return string(r.system) + "|" + string(r.value)
}
