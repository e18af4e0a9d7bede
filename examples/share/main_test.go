package main

import (
	"regexp"
	"strings"
	"testing"
)

// Each party sees whom it may see, and what is withdrawn ends.
func TestShare(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"-for", "4s"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`(?m)^  desk +[1-9]\d* +[1-9]\d* +[1-9]\d* +[1-9]\d*$`,
		`(?m)^  doctor +[1-9]\d* +[1-9]\d* +0 +0$`,
		`(?m)^  app +0 +0 +[1-9]\d* +0$`,
		`(?m)^  stranger +401 +401 +401 +401$`,
		`stream of the doctor: +p1 p2\np2 withdraws the consent\nstream of the doctor: +p1\n`,
		`audit: uses map\[family-doctor:\d+ patients-app:\d+ ward-desk:\d+\], refusals \d+`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
}
