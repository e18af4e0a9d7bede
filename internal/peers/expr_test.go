package peers

import (
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// exprs are the conditions in expr. The environment and the machine are used
// again, which is the fastest way.
type exprs struct {
	below   []*vm.Program // by limit
	late    *vm.Program
	machine vm.VM
	env     exprEnv
}

type exprEnv struct {
	Percent float64 `expr:"percent"`
	Raised  bool    `expr:"raised"`
	Seconds float64 `expr:"seconds"`
}

func newExpr(limits []limit, changed tell) (monitor, error) {
	e := new(exprs)
	for _, l := range limits {
		p, err := e.compile(lowText(l))
		if err != nil {
			return nil, err
		}
		e.below = append(e.below, p)
	}
	var err error
	e.late, err = e.compile(missingText())
	return newByHand(e, limits, changed), err
}

func (e *exprs) compile(text string) (*vm.Program, error) {
	return expr.Compile(text, expr.Env(&e.env), expr.AsBool())
}

func (e *exprs) run(p *vm.Program) (bool, error) {
	v, err := e.machine.Run(p, &e.env)
	if err != nil {
		return false, err
	}
	return v.(bool), nil
}

func (e *exprs) low(limit int, percent float64, raised bool) (bool, error) {
	e.env.Percent, e.env.Raised = percent, raised
	return e.run(e.below[limit])
}

func (e *exprs) silent(seconds float64) (bool, error) {
	e.env.Seconds = seconds
	return e.run(e.late)
}
