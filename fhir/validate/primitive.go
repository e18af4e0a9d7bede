package validate

import "strings"

// A primitive is a primitive type of FHIR R4 (datatypes.html, section 2.24.0.1).
type primitive uint8

const (
	notPrimitive primitive = iota
	base64Binary
	booleanType
	canonical
	code
	date
	dateTime
	decimal
	id
	instant
	integer
	markdown
	oid
	positiveInt
	stringType
	timeType
	unsignedInt
	uri
	url
	uuid
	xhtml
)

func primitiveOf(name string) primitive {
	switch name {
	case "base64Binary":
		return base64Binary
	case "boolean":
		return booleanType
	case "canonical":
		return canonical
	case "code":
		return code
	case "date":
		return date
	case "dateTime":
		return dateTime
	case "decimal":
		return decimal
	case "id":
		return id
	case "instant":
		return instant
	case "integer":
		return integer
	case "markdown":
		return markdown
	case "oid":
		return oid
	case "positiveInt":
		return positiveInt
	case "string", "String":
		return stringType
	case "time":
		return timeType
	case "unsignedInt":
		return unsignedInt
	case "uri":
		return uri
	case "url":
		return url
	case "uuid":
		return uuid
	case "xhtml":
		return xhtml
	}
	return notPrimitive
}

// form is how JSON writes the type.
func (p primitive) form() form {
	switch p {
	case booleanType:
		return boolean
	case decimal, integer, positiveInt, unsignedInt:
		return number
	}
	return text
}

// problem says what is wrong with the characters of a value of the type, or
// nothing. For everything but xhtml it refuses what the regular expression of
// the definition refuses; beyond that it refuses days that are not in the
// calendar, integers of more than 32 bits and control characters.
func (p primitive) problem(s string) string {
	if s == "" {
		return "empty string"
	}
	ok := true
	switch p {
	case base64Binary:
		ok = isBase64(s)
	case booleanType, decimal, xhtml: // the reader and narrative know
	case canonical, uri, url:
		ok = !strings.ContainsFunc(s, isSpace)
	case code:
		ok = isCode(s)
	case date, dateTime, instant:
		return dateProblem(p, s)
	case id:
		ok = isID(s)
	case integer, positiveInt, unsignedInt:
		return integerProblem(p, s)
	case markdown, stringType:
		return stringProblem(s)
	case oid:
		ok = isOID(s)
	case timeType:
		n := clock(s)
		ok = n == len(s)
	case uuid:
		rest, found := strings.CutPrefix(s, "urn:uuid:")
		ok = found && isUUID(rest)
	}
	if ok {
		return ""
	}
	switch p {
	case id:
		return "not an id: 1 to 64 of A-Z a-z 0-9 - ."
	case code:
		return "not a code: white space at an end, or more than one space"
	case timeType:
		return "not a time of day, hh:mm:ss"
	case canonical, uri, url:
		return "white space in a URI"
	case oid:
		return "not an OID, urn:oid:1.2.3"
	case uuid:
		return "not a UUID, urn:uuid: and lower case"
	}
	return "not base64"
}

// isSpace is the class \s of the expressions in the definitions.
func isSpace(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' && r != '\v' }

func stringProblem(s string) string {
	blank := true
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c < ' ':
			return "control character"
		default:
			blank = false
		}
	}
	if blank {
		return "white space only"
	}
	if len(s) > 1<<20 {
		return "string of more than 1 MiB"
	}
	return ""
}

func isCode(s string) bool {
	space := true
	for _, r := range s {
		if now := isSpace(r); now && space {
			return false
		} else {
			space = now
		}
	}
	return !space
}

func isID(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.':
		default:
			return false
		}
	}
	return 0 < len(s) && len(s) <= 64
}

func isOID(s string) bool {
	rest, ok := strings.CutPrefix(s, "urn:oid:")
	if !ok || rest == "" || rest[0] < '0' || '2' < rest[0] {
		return false
	}
	arcs := rest[1:]
	for arcs != "" {
		if arcs[0] != '.' {
			return false
		}
		n := 1
		for n < len(arcs) && isDigit(arcs[n]) {
			n++
		}
		if n == 1 || arcs[1] == '0' && n > 2 {
			return false
		}
		arcs = arcs[n:]
	}
	return len(rest) > 1
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !isDigit(c) && (c < 'a' || 'f' < c) {
				return false
			}
		}
	}
	return true
}

func isBase64(s string) bool {
	n, padding := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' || '\t' <= c && c <= '\r' && c != '\v':
		case c == '=':
			n++
			padding++
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', isDigit(c), c == '+', c == '/':
			if padding > 0 {
				return false
			}
			n++
		default:
			return false
		}
	}
	return n > 0 && n%4 == 0 && padding <= 2
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// integerProblem judges a JSON number, which has no superfluous zeros.
func integerProblem(p primitive, s string) string {
	digits := strings.TrimPrefix(s, "-")
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return "not an integer"
		}
	}
	switch {
	case digits == "":
		return "not an integer"
	case len(digits) > 1 && digits[0] == '0':
		return "leading zero"
	case p != integer && digits != s, p == positiveInt && digits == "0":
		return "number too small for its type"
	case len(digits) > 10 || len(digits) == 10 && (digits > "2147483648" || digits == "2147483648" && digits == s):
		return "number of more than 32 bits"
	}
	return ""
}

// two reads two digits at the start of s, or returns -1.
func two(s string) int {
	if len(s) < 2 || !isDigit(s[0]) || !isDigit(s[1]) {
		return -1
	}
	return int(s[0]-'0')*10 + int(s[1]-'0')
}

// clock returns the length of the hh:mm:ss[.fff] at the start of s, or -1.
func clock(s string) int {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return -1
	}
	if h, m, sec := two(s), two(s[3:]), two(s[6:]); h < 0 || 23 < h || m < 0 || 59 < m || sec < 0 || 60 < sec {
		return -1
	}
	n := 8
	if n < len(s) && s[n] == '.' {
		for n++; n < len(s) && isDigit(s[n]); n++ {
		}
		if n == 9 {
			return -1
		}
	}
	return n
}

const (
	notADate     = "not a date: YYYY, YYYY-MM or YYYY-MM-DD"
	notADateTime = "not a dateTime: a time needs seconds and an offset from UTC"
	notAnInstant = "not an instant: date, time with seconds, and offset from UTC"
	noSuchDay    = "the calendar has no such day"
)

func dateProblem(p primitive, s string) string {
	what := notADateTime
	switch p {
	case date:
		what = notADate
	case instant:
		what = notAnInstant
	}
	if len(s) < 4 || two(s) < 0 || two(s[2:]) < 0 || s[:4] == "0000" {
		return what
	}
	if len(s) == 4 {
		return only(p != instant, what)
	}
	month := 0
	if len(s) >= 7 && s[4] == '-' {
		month = two(s[5:])
	}
	if month < 1 || 12 < month {
		return what
	}
	if len(s) == 7 {
		return only(p != instant, what)
	}
	day := 0
	if len(s) >= 10 && s[7] == '-' {
		day = two(s[8:])
	}
	if day < 1 || 31 < day {
		return what
	}
	if day > days(two(s)*100+two(s[2:]), month) {
		return noSuchDay
	}
	if len(s) == 10 {
		return only(p != instant, what)
	}
	if p == date || s[10] != 'T' {
		return what
	}
	n := clock(s[11:])
	if n < 0 {
		return what
	}
	return only(isOffset(s[11+n:]), what)
}

func only(ok bool, problem string) string {
	if ok {
		return ""
	}
	return problem
}

func days(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func isOffset(s string) bool {
	if s == "Z" {
		return true
	}
	if len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return false
	}
	h, m := two(s[1:]), two(s[4:])
	return 0 <= h && h <= 13 && 0 <= m && m <= 59 || h == 14 && m == 0
}
