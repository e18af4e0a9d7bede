//go:build race

package seal

// underRace says that pools forget at random, as they do under the race detector.
const underRace = true
