package serve_test

import (
	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/telemed"
)

// A Server is what a gateway wants, without knowing it.
var (
	_ telemed.Sink      = (*serve.Server)(nil)
	_ telemed.Restorer  = (*serve.Server)(nil)
	_ telemed.Forgetter = (*serve.Server)(nil)
)
