//! Random programs: 5 to 30 cases of the registry, each with operands from those before it, and what must
//! hold for the whole of any such graph. `GRADROUTE_PROGRAMS=100000` tries as many.

use gradroute_kernels::random::Stream;
use gradroute_tape::check::{Check, CheckError};
use gradroute_tape::{Gradients, Graph, GroupGradients, ParamId, Params, Shape, Tape, Var};
use proptest::prelude::*;

use crate::case::{Case, Constants, Operand, Sizes};
use crate::registry::cases;

/// Where an operand comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// The parameter of this number, which others may read as well.
    Param(usize),
    /// The same, as a table that counts no samples although it has a row for each.
    Table(usize),
    /// What an earlier step computed.
    Value(usize),
}

/// One case of the registry, and where its operands come from.
struct Step<'c> {
    case: &'c Case,
    sources: Vec<Source>,
    /// Whether its value is large and goes through a tanh.
    squashed: bool,
}

/// A function of parameters.
struct Program<'c> {
    seed: u64,
    sizes: Sizes,
    params: Vec<Operand>,
    steps: Vec<Step<'c>>,
}

impl<'c> Program<'c> {
    fn random(cases: &'c [Case], seed: u64, steps: usize) -> Self {
        let mut stream = Stream::new(seed, "program", 0);
        let mut extent = |from: u64, to: u64| (from + stream.below(to - from + 1)) as usize;
        let sizes = Sizes { n: extent(2, 4), t: extent(1, 3), d: extent(1, 4), k: extent(1, 4) };
        let same = |of: Sizes| [of.n, of.t, of.d, of.k] == [sizes.n, sizes.t, sizes.d, sizes.k];
        let (routing, others): (Vec<&Case>, Vec<&Case>) =
            cases.iter().filter(|case| same((case.sizes)(sizes))).partition(|case| routes(case));
        let mut program = Self { seed, sizes, params: Vec::new(), steps: Vec::new() };
        let mut shapes = Vec::new();
        while program.steps.len() < steps {
            let of = if stream.below(4) == 0 { &routing } else { &others };
            let case = of[stream.below(of.len() as u64) as usize];
            let before = program.params.len();
            let sources = (case.operands)(sizes)
                .into_iter()
                .map(|operand| program.source(case, operand, &shapes, &mut stream))
                .collect();
            program.steps.push(Step { case, sources, squashed: false });
            let (shape, largest) = program.last_value();
            if largest.is_finite() && largest < 1e6 {
                program.steps.last_mut().unwrap().squashed = largest > 3.0;
                shapes.push(shape);
            } else {
                program.steps.pop();
                program.params.truncate(before);
            }
        }
        program
    }

    /// A value that fits an operand, if there is one, else a new parameter.
    fn source(
        &mut self,
        case: &Case,
        operand: Operand,
        shapes: &[Shape],
        stream: &mut Stream,
    ) -> Source {
        let fits = |shape: &Shape| {
            let same_rows = shape.len() == operand.shape.len()
                && shape.dims().first() == operand.shape.dims().first();
            match operand.shape.carries_samples() {
                true => same_rows,
                false => shape.dims() == operand.shape.dims() && !shape.carries_samples(),
            }
        };
        let fitting: Vec<usize> = (0..shapes.len()).filter(|&i| fits(&shapes[i])).collect();
        // Update weights are for what is trained and depends on no sample.
        let must_be_new = case.name.contains("update weights") && !operand.shape.carries_samples();
        if fitting.is_empty() || must_be_new || stream.below(4) == 0 {
            let same = |other: &Operand| {
                (other.shape.dims(), other.positive) == (operand.shape.dims(), operand.positive)
            };
            let known = self.params.iter().position(same).filter(|_| stream.below(2) == 0);
            let param = known.unwrap_or_else(|| {
                self.params.push(operand);
                self.params.len() - 1
            });
            let table = operand.shape.carries_samples() && stream.below(3) == 0;
            return if table { Source::Table(param) } else { Source::Param(param) };
        }
        Source::Value(fitting[stream.below(fitting.len() as u64) as usize])
    }

    fn params(&self, seed: u64) -> (Params<f64>, Vec<ParamId>) {
        let mut params = Params::new();
        let ids = self.params.iter().enumerate().map(|(i, operand)| {
            let mut stream = Stream::new(seed, "parameter", i as u64);
            params.add(&format!("x{i}"), operand.shape.dims(), || operand.draw(&mut stream))
        });
        let ids = ids.collect();
        (params, ids)
    }

    /// What each step computes.
    fn values(&self, g: &Graph<'_, f64>, ids: &[ParamId]) -> Vec<Var> {
        let mut values: Vec<Var> = Vec::new();
        for (i, Step { case, sources, squashed }) in self.steps.iter().enumerate() {
            let operands = (case.operands)(self.sizes);
            let operand = |(source, operand): (&Source, &Operand)| {
                let x = match *source {
                    Source::Table(p) => return g.param(ids[p]),
                    Source::Param(p) => g.param(ids[p]),
                    Source::Value(v) if operand.positive => {
                        g.affine(g.softplus(values[v]), 1.0, 0.5)
                    }
                    Source::Value(v) => values[v],
                };
                if !operand.shape.carries_samples() {
                    return x;
                }
                g.reshape(g.as_samples(x), operand.shape.dims())
            };
            let x: Vec<Var> = sources.iter().zip(&operands).map(operand).collect();
            let constants = Constants { seed: self.seed.wrapping_add(i as u64) };
            let y = (case.double)(g, &x, self.sizes, constants);
            values.push(if *squashed { g.tanh(y) } else { y });
        }
        values
    }

    /// The shape of the last value, and its largest element.
    fn last_value(&self) -> (Shape, f64) {
        let (params, ids) = self.params(self.seed);
        let mut tape = Tape::new();
        let g = tape.graph(&params);
        let last = *self.values(&g, &ids).last().expect("there is a step");
        let largest = g.value(last).iter().fold(0.0f64, |largest, v| match v.is_nan() {
            true => f64::INFINITY,
            false => largest.max(v.abs()),
        });
        (g.shape(last), largest)
    }

    /// The means of all that no step uses, each with a weight of its own. (Of sums of so many numbers the
    /// rounding alone shows in differences.)
    fn loss(&self, g: &Graph<'_, f64>, ids: &[ParamId]) -> Var {
        let values = self.values(g, ids);
        let used = |i: usize| {
            let mut sources = self.steps.iter().flat_map(|step| &step.sources);
            sources.any(|source| matches!(source, Source::Value(v) if *v == i))
        };
        let mut stream = Stream::new(self.seed, "loss", 0);
        let ends = (0..values.len()).filter(|&i| !used(i));
        let terms = ends.map(|i| g.scale(g.mean(values[i]), 0.3 + stream.uniform()));
        terms.reduce(|a, b| g.add(a, b)).expect("the last value is not used")
    }

    fn names(&self) -> Vec<String> {
        let step = |step: &Step<'_>| format!("{} of {:?}", step.case.name, step.sources);
        self.steps.iter().map(step).collect()
    }
}

/// Whether a case is about which gradients pass.
fn routes(case: &Case) -> bool {
    let words = ["route", "ablate", "detach", "update weights", "dropout"];
    words.iter().any(|word| case.name.contains(word))
}

/// The gradients of all parameters, 0 where none was received.
fn flat(params: &Params<f64>, gradients: &Gradients<f64>) -> Vec<f64> {
    let of = |id| gradients.get(id).map_or(vec![0.0; params.range(id).len()], <[f64]>::to_vec);
    params.ids().flat_map(of).collect()
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64], what: &str, program: &Program<'_>) {
    let largest = expected.iter().fold(1.0f64, |largest, v| largest.max(v.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let close = (found - expected).abs() <= 1e-12 * largest;
        assert!(close, "{what}: {found}, {expected} in {:#?}", program.names());
    }
}

/// Groups add up to the whole, and so do the contributions of edges.
fn sums_hold(program: &Program<'_>, params: &Params<f64>, ids: &[ParamId]) {
    let mut tape = Tape::new();
    let (mut whole, mut by_edge) = (Gradients::new(params), Gradients::new(params));
    let mut apart = GroupGradients::new(params, 2);
    let g = tape.graph(params);
    let loss = program.loss(&g, ids);
    g.backward(loss, &mut whole);
    let whole = flat(params, &whole);
    g.backward_by_edge(loss, &mut by_edge, |_| {});
    assert_close(&flat(params, &by_edge), &whole, "by edge", program);
    let groups: Vec<u8> = (0..program.sizes.n).map(|sample| (sample % 2) as u8).collect();
    let mut edges = vec![0.0; whole.len()];
    g.backward_by_group_and_edge(loss, &groups, &mut apart, |edge| {
        let Some(p) = edge.operand.param() else { return true };
        let range = params.range(ids[p]);
        edges[range].iter_mut().zip(edge.contribution).for_each(|(sum, v)| *sum += v);
        true
    });
    assert_close(&edges, &whole, "edges of groups", program);
    g.backward_by_group(loss, &groups, &mut apart);
    let parts = [apart.group(0), apart.group(1), apart.no_sample()].map(|part| flat(params, part));
    let sum: Vec<f64> = (0..whole.len()).map(|i| parts.iter().map(|part| part[i]).sum()).collect();
    assert_close(&sum, &whole, "groups", program);
}

/// How many programs are tried.
fn count() -> u32 {
    let count = std::env::var("GRADROUTE_PROGRAMS").ok();
    count.map_or(2000, |count| count.parse().expect("GRADROUTE_PROGRAMS is a number"))
}

/// Points to try before a program is given up as one that is always near a kink.
const TRIES: u64 = 20;

/// As many cases as that, besides those that are always near a kink: about one in seven, where a ReLU or
/// an absolute value stands behind an ablation.
fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        max_global_rejects: count(),
        ..ProptestConfig::with_cases(count())
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn random_programs_have_the_gradients_of_their_surrogates(seed: u64, steps in 5usize..=30) {
        let cases = cases();
        let program = Program::random(&cases, seed, steps);
        let check = Check::default();
        let passed = (0..TRIES).any(|attempt| {
            let (params, ids) = program.params(seed.wrapping_add(attempt));
            match check.directions(3, &params, |g| program.loss(g, &ids)) {
                Ok(_) => {
                    sums_hold(&program, &params, &ids);
                    true
                }
                Err(CheckError::NearKink { .. }) => false,
                Err(wrong) => panic!("{wrong} in {:#?}", program.names()),
            }
        });
        prop_assume!(passed);
    }
}
