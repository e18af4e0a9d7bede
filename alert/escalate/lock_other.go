//go:build !unix || aix || solaris

package escalate

import "os"

// lock does nothing where the standard library has no lock.
func lock(*os.File) error { return nil }
