//! What a student is told before the numbers.

use super::config::{Config, Loss, MeanOver, Routing};
use super::digit_list::digit_list;
use super::evaluation::Results;
use super::halves::Half;
use super::rules::{drawn, unusual};

/// The facts of a run that its explanation depends on.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The run's configuration.
    pub config: &'a Config,
}

impl Reading<'_> {
    /// Paragraphs as (term, plain text).
    pub fn paragraphs(&self) -> [(&'static str, String); 4] {
        let Config { model, routing, train, .. } = self.config;
        let (middle, encoding) = (model.encoding / 2, model.encoding);
        let (bottom, top) = (digit_list(&routing.bottom), digit_list(&routing.top));
        let bottom_dims = dims(0, middle);
        let top_dims = dims(middle, encoding);
        let drawn = drawn(&routing.rule, train.seed).filter(|_| routing.enabled);
        let halves = if let Some(drawn) = drawn {
            format!(
                "An autoencoder squeezes each image into {encoding} numbers, the encoding, and its \
                 decoder redraws the image from them. This run is a control, by the rule {}: the \
                 reconstruction gradient of an image passes through {drawn}, and that was drawn by \
                 chance. It is judged as if the bottom half ({bottom_dims}) were for the digits \
                 {bottom} and the top half ({top_dims}) for the digits {top}: what it does as well as \
                 a run of the rule \u{201c}halves\u{201d} does not come from whose gradient goes where.",
                routing.rule
            )
        } else if routing.enabled {
            format!(
                "An autoencoder squeezes each image into {encoding} numbers, the encoding, and its \
                 decoder redraws the image from them. The bottom half of the encoding \
                 ({bottom_dims}) is assigned to the digits {bottom}, the top half ({top_dims}) to \
                 the digits {top}: on the way back through the network, the reconstruction \
                 gradient of an image passes {}. The way forward stays as it is; both halves are \
                 always computed.",
                passes(&routing.rule)
            )
        } else {
            format!(
                "An autoencoder squeezes each image into {encoding} numbers, the encoding, and its \
                 decoder redraws the image from them. In this run routing was off: the gradient of \
                 an image trains both halves, the bottom one ({bottom_dims}) and the top one \
                 ({top_dims}). With routing the bottom half would belong to the digits {bottom}, \
                 the top half to the digits {top}."
            )
        };
        let certificates =
            "A certificate is a second decoder that sees one half only and sends no \
                            gradient back into it. It is trained on all digits, so it draws \
                            whatever that half happens to hold; what it can't draw, it could not \
                            find there. That is good evidence, though no proof: a better decoder \
                            might find more."
                .to_owned();
        let signs = "A half that knows nothing of a digit leaves its certificate with the same \
                     answer for every image. The best such answer is the median image of the \
                     training set, whose error is the dashed line in the bar chart. So, where \
                     routing works, each certificate is well below the line on the digits of its \
                     own half, and close to it on the others, where its pictures blur or turn into \
                     one of its own digits."
            .to_owned();
        [
            ("Halves.", halves),
            ("The loss.", self.loss()),
            ("Certificates.", certificates),
            ("What to look for.", signs),
        ]
    }

    /// The terms of the loss with their weights.
    fn loss(&self) -> String {
        let Config { model, loss, routing, train, .. } = self.config;
        let Loss { good, good_bad, bad, mean_over, certificates, .. } = *loss;
        let Loss { l1, l1_top_extra, correlation, .. } = *loss;
        let (bottom, top) = (digit_list(&routing.bottom), digit_list(&routing.top));
        let mut terms = Vec::new();
        let mut add = |weight: f64, what: String| {
            if weight > 0.0 {
                terms.push(format!("{weight} times {what}"));
            }
        };
        let by_term = routing.enabled && drawn(&routing.rule, train.seed).is_none();
        let taught = |half: &str| match by_term {
            true => format!(", which teaches the {half} half"),
            false => String::new(),
        };
        let second = if model.separate_decoders { "a second decoder" } else { "the decoder" };
        add(good, format!("the error of the decoder on the digits {top}{}", taught("top")));
        add(good_bad, format!("that of the decoder on the digits {bottom}{}", taught("top")));
        add(bad, format!("that of {second} on the digits {bottom}{}", taught("bottom")));
        add(certificates, "those of both certificates on all digits".to_owned());
        let encoding = "the sum of |z| over the encoding z of an image";
        match l1_top_extra == 0.0 {
            true => add(l1, encoding.to_owned()),
            false => {
                add(l1, "the sum of |z| over the bottom half of an image’s encoding".to_owned());
                add(l1 + l1_top_extra, "that over the top half".to_owned());
            }
        }
        add(correlation, "the mean |correlation| between dims of the two halves".to_owned());
        let mean = match mean_over {
            MeanOver::Batch => "The decoder's errors are averaged over the whole batch.",
            MeanOver::Group => "Each error is a mean over the digits that it names.",
        };
        format!(
            "What training makes small is the sum of {}. {mean}{}",
            terms.join("; "),
            partial(routing)
        )
    }
}

/// The digit that a certificate of the wrong half draws best, and why that is no leak: the half
/// that the certificate sees, and a few sentences. None where no digit was judged, or where the
/// digit's own certificate is not ahead.
pub fn drawn_by_the_wrong_half(results: &Results) -> Option<(Half, String)> {
    let Results { halves, top, bottom, split, .. } = results;
    let of = |half: Half, digit: u8| match half {
        Half::Bottom => bottom.mae[usize::from(digit)],
        Half::Top => top.mae[usize::from(digit)],
    };
    let others = Half::BOTH.into_iter().zip([Half::Top, Half::Bottom]);
    let (own, wrong, digit) = others
        .flat_map(|(own, wrong)| own.digits(halves).iter().map(move |&digit| (own, wrong, digit)))
        .filter(|&(_, wrong, digit)| of(wrong, digit).is_finite())
        .min_by(|a, b| of(a.1, a.2).total_cmp(&of(b.1, b.2)))?;
    let margin = split.margins[usize::from(digit)];
    if !(results.judged() && margin > 0.0) {
        return None;
    }
    let shape = match digit {
        1 => "A 1 is little more than one stroke, and other digits have such strokes too. ",
        _ => "",
    };
    let (nearest, owns) = (of(wrong, digit), of(own, digit));
    Some((
        wrong,
        format!(
            "The {digit} is the digit that a wrong half draws best (MAE {nearest:.3}). {shape}A half \
             need not know a digit to draw it: strokes that its own digits are made of will do. \
             The certificate of the {digit}\u{2019}s own half has an MAE of {owns:.3}, {:.0} % less",
            100.0 * margin
        ),
    ))
}

/// Where a gradient passes by a routing rule.
fn passes(rule: &str) -> String {
    match unusual(rule) {
        None => "through the half that it is to teach, and the other one is left alone".to_owned(),
        Some(about) => format!("by the rule {rule} ({about})"),
    }
}

fn partial(routing: &Routing) -> String {
    let share = 100.0 * routing.fraction;
    match (routing.is_partial(), routing.scheduled) {
        (false, _) => String::new(),
        (true, false) => format!(
            " Only {share} % of the samples are routed, drawn anew for each batch; the others \
             also teach the bottom half, whatever they show."
        ),
        (true, true) => format!(
            " Samples are routed in the first {share} % of the epochs; later all of them also \
             teach the bottom half, whatever they show."
        ),
    }
}

/// The dims from `first` up to, not including, `end`, in words.
fn dims(first: usize, end: usize) -> String {
    match end.saturating_sub(first) {
        0 => "no dims".to_owned(),
        1 => format!("dim {first}"),
        _ => format!("dims {first} to {}", end - 1),
    }
}

#[cfg(test)]
mod tests {
    use gradroute_runs::Experiment;
    use gradroute_runs::config::Request;

    use super::*;
    use crate::autoencoder::Autoencoder;
    use crate::autoencoder::evaluation::{ErrorSums, Floors};
    use crate::autoencoder::halves::Halves;

    fn config(preset: &str) -> Config {
        Autoencoder::<f32>::resolve(&Request::preset(preset, &[])).unwrap().config
    }

    #[test]
    fn the_explanation_names_the_halves_of_the_run_and_whether_it_was_routed() {
        let text = |enabled| {
            let mut config = config("seed");
            config.model.encoding = 10;
            config.routing.enabled = enabled;
            (config.routing.bottom, config.routing.top) = (vec![0, 2, 4], vec![7, 8, 9]);
            Reading { config: &config }.paragraphs().map(|(_, text)| text).concat()
        };
        let mut soft = config("seed");
        soft.routing.rule = "soft:0.25".to_owned();
        let soft = Reading { config: &soft }.paragraphs().map(|(_, text)| text).concat();
        assert!(soft.contains("passes by the rule soft:0.25") && !soft.contains("left alone"));
        assert!(text(true).contains("left alone"));
        assert!(text(true).contains("(dims 0 to 4) is assigned to the digits 0, 2, 4"));
        assert!(text(true).contains("(dims 5 to 9) to the digits 7-9"));
        assert!(text(false).contains("routing was off") && !text(true).contains("routing was off"));
    }

    #[test]
    fn the_explanation_of_a_control_says_what_was_drawn_and_not_that_terms_teach_halves() {
        for (rule, part) in
            [("random-digit", "the bottom half for the digits"), ("random-sample", "each image")]
        {
            let mut config = config("quick");
            config.routing.rule = rule.to_owned();
            let text = Reading { config: &config }.paragraphs().map(|(_, text)| text).concat();
            assert!(text.contains("a control") && text.contains(part), "{text}");
            assert!(!text.contains("is assigned to") && !text.contains("teaches the"), "{text}");
        }
    }

    #[test]
    fn the_explanation_names_the_terms_of_the_loss_that_there_are() {
        let text = |preset| {
            let config = config(preset);
            Reading { config: &config }.paragraphs().map(|(_, text)| text).concat()
        };
        assert!(text("seed").contains("averaged over the whole batch"));
        assert!(!text("seed").contains("correlation"));
        assert!(text("paper").contains("0.1 times the mean |correlation|"));
        assert!(text("paper").contains("0.003 times the sum of |z| over the encoding"));
        assert!(text("paper-separate-decoders").contains("a second decoder on the digits 0-4"));
        assert!(text("paper-overlap").contains("0.02 times that over the top half"));
        assert!(text("paper-overlap").contains("on the digits 0-4, which teaches the top half"));
        assert!(!text("paper-unrouted-top-only").contains("on the digits 0-4"));
    }

    #[test]
    fn the_digit_that_a_wrong_half_draws_best_is_found_in_the_numbers() {
        let results = |own: [f64; 10], wrong: [f64; 10]| {
            let halves = Halves::default();
            let [mut decoder, mut top, mut bottom, mut floor] = [(); 4].map(|()| ErrorSums::new());
            for digit in 0..10u8 {
                let at = usize::from(digit);
                let of_top = if digit < 5 { wrong[at] } else { own[at] };
                for (sums, mae) in [
                    (&mut decoder, 0.1),
                    (&mut top, of_top),
                    (&mut bottom, own[at] + wrong[at] - of_top),
                    (&mut floor, 0.5),
                ] {
                    sums.add(digit, mae, mae);
                }
            }
            let floor = floor.errors(&halves);
            let floors = Floors { constant: floor.clone(), median: floor.clone(), mean: floor };
            Results::new(halves, &decoder, None, &top, &bottom, floors)
        };
        let mut wrong = [0.3; 10];
        wrong[1] = 0.2;
        let (half, about) = drawn_by_the_wrong_half(&results([0.1; 10], wrong)).unwrap();
        assert_eq!(half, Half::Top, "0-4 are the bottom half's");
        assert!(about.contains("The 1 is the digit") && about.contains("one stroke"), "{about}");
        assert!(about.contains("0.200") && about.contains("0.100, 50 % less"), "{about}");
        wrong[7] = 0.15;
        let (half, about) = drawn_by_the_wrong_half(&results([0.1; 10], wrong)).unwrap();
        assert_eq!(half, Half::Bottom);
        assert!(about.contains("The 7 is the digit") && !about.contains("one stroke"), "{about}");
        // There it is not strokes: the wrong half knows the digit.
        wrong[7] = 0.05;
        assert!(drawn_by_the_wrong_half(&results([0.1; 10], wrong)).is_none());
        assert!(drawn_by_the_wrong_half(&results([0.8; 10], [0.9; 10])).is_none(), "untrained");
    }
}
