// Package vitalstest makes synthetic patients for tests and demonstrations:
// seeded, repeatable, and shaped like physiology and not like noise.
//
// The one idea: a [Patient] is a function of time. [Patient.At], [Patient.RR]
// and [Patient.AppendReadings] give the same answer for the same scenario, seed
// and instant, in whatever order they are asked and however often, so a day can
// be replayed, skipped through, or cut into pieces. Values drift slowly (1/f),
// heart rate follows the breath, pressure and breathing follow the heart,
// temperature follows the clock, glucose follows the meals. Patients of one
// seed are one person: the Rest patient of a seed tells what the [Artefact]
// patient's sensors should have shown.
//
// No real person's data went into the package, and nobody resembles its
// patients but by accident. They are made to exercise software. They must not
// be used to train a model, to validate a clinical threshold or to estimate how
// often anything happens: every such answer would be one that the author of
// this package made up.
package vitalstest
