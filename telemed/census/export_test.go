package census

func EncodeChange(c *Change) ([]byte, error) { return c.append(nil) }

func DecodeChange(b []byte) (Change, error) { return readChange(b) }
