// Package house holds the rules of the house as tests: who may import whom,
// what every package must have, what no error or log line may show. A rule
// that is broken fails with its reason.
package house
