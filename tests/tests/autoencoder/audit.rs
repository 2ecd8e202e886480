//! The leak audit against PyTorch's backward passes, one a term and a group. `golden/audit.py` made them.

use gradroute::autoencoder::Autoencoder;
use gradroute::autoencoder::config::Config;
use gradroute_runs::Experiment;
use gradroute_runs::audit::Audit;
use serde_json::Value;

use super::golden::{at_step_of, data, json, specification};

fn audited(golden: &Value) -> Audit {
    let (mut config, _): (Config, _) = specification();
    let data = data(&config);
    let mut driver = at_step_of(golden, &mut config, &data);
    let groups = <Autoencoder<f64> as Experiment<f64>>::groups(&config);
    driver.audit(&groups, 1).unwrap()
}

#[test]
fn norms_by_term_group_and_region_and_movements_agree_with_pytorch_to_1e_9_in_f64() {
    let golden = json("audit.json");
    let found = audited(&golden);
    assert!(found.off_by <= 1e-12, "{}", found.off_by);
    let (mut worst, mut zeros, mut unreached, mut numbers) = (0.0f64, 0, 0, 0);
    let terms = golden["norms"].as_object().unwrap();
    assert_eq!(found.terms, ["decoder", "top", "bottom", "l1", "correlation"]);
    assert_eq!(terms.len(), found.terms.len());
    for (term, of_term) in terms {
        for group in ["bottom", "top"] {
            assert_eq!(found.samples[group], golden["samples"][group].as_u64().unwrap());
            let regions = of_term[group].as_object().unwrap();
            assert_eq!(regions.len(), found.regions.len());
            for (region, wanted) in regions {
                let norm = found.norm(term, group, region);
                let what = format!("{term}, {group}, {region}: {norm:?}, PyTorch {wanted}");
                match (norm, wanted.as_f64()) {
                    (None, None) => unreached += 1,
                    (Some(0.0), Some(0.0)) => zeros += 1,
                    (Some(norm), Some(wanted)) if wanted > 0.0 => {
                        worst = worst.max((norm - wanted).abs() / wanted);
                        numbers += 1;
                    }
                    _ => panic!("{what}"),
                }
            }
        }
    }
    let mut worst_moved = 0.0f64;
    for (layer, wanted) in golden["movement"].as_object().unwrap() {
        let moved = found.movement[layer];
        let whole = wanted["whole"].as_f64().unwrap();
        for (cause, norm) in [
            ("whole", moved.whole),
            ("gradient", moved.gradient),
            ("momentum", moved.momentum),
            ("decay", moved.decay),
        ] {
            worst_moved = worst_moved.max((norm - wanted[cause].as_f64().unwrap()).abs() / whole);
        }
    }
    println!("{numbers} norms differ by {worst:e}, movements by {worst_moved:e}, relative");
    assert!(worst <= 1e-9, "norms differ by {worst:e}");
    assert!(worst_moved <= 1e-9, "movements differ by {worst_moved:e}");
    // The decoder's term at the half that is blocked and at the rows that make it, for both groups.
    assert_eq!((numbers, zeros), (56, 4));
    assert_eq!(unreached, 2 * 5 * 16 - 60);
}

#[test]
fn the_leaks_of_the_golden_model_are_its_two_penalties() {
    let found = audited(&json("audit.json"));
    let names: Vec<_> = found.leaks.iter().map(|leak| (&*leak.term, &*leak.region)).collect();
    let expected = ["correlation", "l1"].map(|term| [(term, "bottom half"), (term, "top half")]);
    assert_eq!(names, expected.concat());
}
