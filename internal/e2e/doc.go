// Package e2e opens the bed wall of the virtual ICU in a real browser. It is a
// module of its own, so that users of the SDK never see the browser driver; it
// imports nothing of the SDK and runs the example as a program.
//
//	cd internal/e2e && go test ./...
//	cd internal/e2e && UPDATE_SCREENSHOT=1 go test -run TestWallOfTheVirtualICU ./...
//	cd internal/e2e && SCREENSHOTS=/tmp go test -run TestAlarmsAreAnswered ./...
//
// Without Chromium the tests are skipped, unless TELEMED_REQUIRE=all. CHROMIUM
// names a browser that is not on the PATH.
package e2e
