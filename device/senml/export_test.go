package senml

// Plain is a record without the place where it was read.
func Plain(r Record) Record {
	r.at, r.bad = 0, nil
	return r
}
