//go:build unix && !aix && !solaris

package escalate

import (
	"errors"
	"os"
	"syscall"
)

// lock keeps a file from being opened as a journal twice, until it is closed.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}
