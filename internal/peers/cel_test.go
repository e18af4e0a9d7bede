package peers

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// cels are the conditions in CEL, optimised, with an activation of their own
// that is used again.
type cels struct {
	below []cel.Program // by limit
	late  cel.Program
	env   celEnv
}

type celEnv struct {
	percent, seconds types.Double
	raised           types.Bool
}

func (e *celEnv) ResolveName(name string) (any, bool) {
	switch name {
	case "percent":
		return e.percent, true
	case "raised":
		return e.raised, true
	case "seconds":
		return e.seconds, true
	}
	return nil, false
}

func (e *celEnv) Parent() cel.Activation { return nil }

func newCEL(limits []limit, changed tell) (monitor, error) {
	env, err := cel.NewEnv(cel.Variable("percent", cel.DoubleType), cel.Variable("raised", cel.BoolType),
		cel.Variable("seconds", cel.DoubleType))
	if err != nil {
		return nil, err
	}
	c := new(cels)
	for _, l := range limits {
		p, err := compileCEL(env, lowText(l))
		if err != nil {
			return nil, err
		}
		c.below = append(c.below, p)
	}
	c.late, err = compileCEL(env, missingText())
	return newByHand(c, limits, changed), err
}

func compileCEL(env *cel.Env, text string) (cel.Program, error) {
	ast, issues := env.Compile(text)
	if err := issues.Err(); err != nil {
		return nil, err
	}
	return env.Program(ast, cel.EvalOptions(cel.OptOptimize))
}

func (c *cels) run(p cel.Program) (bool, error) {
	v, _, err := p.Eval(&c.env)
	if err != nil {
		return false, err
	}
	return v == types.True, nil
}

func (c *cels) low(limit int, percent float64, raised bool) (bool, error) {
	c.env.percent, c.env.raised = types.Double(percent), types.Bool(raised)
	return c.run(c.below[limit])
}

func (c *cels) silent(seconds float64) (bool, error) {
	c.env.seconds = types.Double(seconds)
	return c.run(c.late)
}
