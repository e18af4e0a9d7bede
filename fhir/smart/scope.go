package smart

import "strings"

// covered reports whether a scope is among those granted, or is less than one
// of them: system/*.cruds covers system/Observation.cu, and so do the words of
// version 1, read (rs), write (cud) and * (cruds) (SMART App Launch 2.2, Scopes
// and Launch Context).
func covered(granted []string, scope string) bool {
	who, what, how := splitScope(scope)
	for _, g := range granted {
		if g == scope {
			return true
		}
		w, t, h := splitScope(g)
		if how == "" || h == "" || w != who || t != "*" && t != what {
			continue
		}
		if containsAll(h, how) {
			return true
		}
	}
	return false
}

// splitScope cuts "system/Observation.rs" into its parts. how is empty for a
// scope of another form, which covers nothing but itself.
func splitScope(s string) (who, what, how string) {
	who, rest, ok := strings.Cut(s, "/")
	what, how, dot := strings.Cut(rest, ".")
	if !ok || !dot {
		return "", "", ""
	}
	switch how {
	case "read":
		how = "rs"
	case "write":
		how = "cud"
	case "*":
		how = "cruds"
	}
	if strings.Trim(how, "cruds") != "" { // a condition ("rs?category=…") is less than it looks
		return "", "", ""
	}
	return who, what, how
}

func containsAll(have, want string) bool {
	for _, c := range want {
		if !strings.ContainsRune(have, c) {
			return false
		}
	}
	return true
}
