package client

// members calls f with the members of a JSON object, whose names come with their
// quotation marks. b[from:to] is the member with the comma that goes with it: without
// it b is an object still. It ends when f returns false, and returns false if b is
// no object. It does not check more of b than it needs: it is for JSON that is
// known to be valid, and no other makes it panic.
func members(b []byte, f func(name, value []byte, from, to int) bool) bool {
	at := blanks(b, 0)
	if at >= len(b) || b[at] != '{' {
		return false
	}
	at++
	for first := true; ; first = false {
		from := blanks(b, at)
		if from < len(b) && b[from] == '}' {
			return true
		}
		name := from
		if !first {
			if from >= len(b) || b[from] != ',' {
				return false
			}
			name = blanks(b, from+1)
		}
		colon := after(b, name)
		value := blanks(b, colon)
		if name >= len(b) || b[name] != '"' || value >= len(b) || b[value] != ':' {
			return false
		}
		value = blanks(b, value+1)
		end := after(b, value)
		if end == value || end > len(b) {
			return false
		}
		to := blanks(b, end)
		if first && to < len(b) && b[to] == ',' {
			to++ // the first takes the comma behind it along
		} else {
			to = end
		}
		if !f(b[name:colon], b[value:end], from, to) {
			return true
		}
		at = end
	}
}

func blanks(b []byte, at int) int {
	for at < len(b) && (b[at] == ' ' || b[at] == '\n' || b[at] == '\t' || b[at] == '\r') {
		at++
	}
	return at
}

// after is where the value at a place ends.
func after(b []byte, at int) int {
	depth := 0
	for at < len(b) {
		switch b[at] {
		case '"':
			for at++; at < len(b) && b[at] != '"'; at++ {
				if b[at] == '\\' {
					at++
				}
			}
			if at++; depth == 0 {
				return min(at, len(b))
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return at
			}
			if depth == 0 {
				return at + 1
			}
		case ',', ' ', '\n', '\t', '\r', ':':
			if depth == 0 {
				return at
			}
		}
		at++
	}
	return len(b)
}
