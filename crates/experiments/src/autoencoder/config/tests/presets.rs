use super::*;

#[test]
fn every_preset_is_valid_and_says_in_a_line_what_it_is() {
    for preset in PRESETS {
        let resolved = resolve(&Request::preset(preset.name, &[])).unwrap();
        assert_eq!(resolved.config, preset_of(preset.name));
        assert!(preset.toml.contains("experiment = \"autoencoder\""), "{}", preset.name);
        let description = preset.description().unwrap();
        assert!(!description.is_empty() && !description.contains('\n'), "{}", preset.name);
    }
    assert_eq!(resolve(&Request::default()).unwrap().preset, "quick");
}

#[test]
fn seed_is_the_replication() {
    let config = preset_of("seed");
    assert_eq!(config.model.hidden, [2048, 512]);
    assert_eq!((config.model.encoding, config.train.batch), (32, 2048));
    assert_eq!((config.optimizer.lr, config.optimizer.weight_decay), (1e-3, 5e-5));
    assert!(!config.optimizer.decoupled);
    assert_eq!((config.loss.l1, config.loss.l1_divisor), (1e-3, Some(2048)));
    assert_eq!(
        (config.train.total_steps(60_000), config.train.steps_per_epoch(60_000)),
        (6000, 30)
    );
}

#[test]
fn the_ten_settings_differ_from_the_first_as_in_the_paper() {
    type Expected = (bool, bool, [f64; 3], [f64; 2], f64);
    let expected: [(&str, Expected); 10] = [
        ("paper", (true, false, [1., 0., 1.], [3e-3, 3e-3], 0.1)),
        ("paper-separate-decoders", (true, true, [1., 0., 1.], [3e-3, 3e-3], 0.1)),
        ("paper-no-correlation", (true, false, [1., 0., 1.], [3e-3, 3e-3], 0.)),
        ("paper-no-regularization", (true, false, [1., 0., 1.], [0., 0.], 0.)),
        ("paper-no-regularization-separate-decoders", (true, true, [1., 0., 1.], [0., 0.], 0.)),
        ("paper-overlap", (true, false, [1., 1., 1.], [3e-3, 2e-2], 0.1)),
        ("paper-unrouted-l1-top-only", (false, false, [1., 0., 0.], [1e-3, 1e-3], 0.)),
        ("paper-unrouted-top-only", (false, false, [1., 0., 0.], [0., 0.], 0.)),
        ("paper-unrouted-regularized", (false, false, [1., 0., 1.], [3e-3, 3e-3], 0.1)),
        ("paper-unrouted", (false, false, [1., 0., 1.], [0., 0.], 0.)),
    ];
    let paper = preset_of("paper");
    for (number, (name, (enabled, separate, weights, [l1, l1_top], correlation))) in
        (1..).zip(expected)
    {
        let preset = PRESETS.iter().find(|preset| preset.name == name).unwrap();
        assert!(
            preset.description().unwrap().contains(&format!("setting {number} of 10")),
            "{name}"
        );
        let Config { model, train, data, optimizer, loss, routing } = preset_of(name);
        assert_eq!((routing.enabled, model.separate_decoders), (enabled, separate), "{name}");
        assert_eq!([loss.good, loss.good_bad, loss.bad], weights, "{name}");
        assert_eq!((loss.l1, loss.correlation), (l1, correlation), "{name}");
        assert!((loss.l1 + loss.l1_top_extra - l1_top).abs() < 1e-12, "{name}");
        assert_eq!((loss.l1_divisor, loss.certificates), (None, 1.0), "{name}");
        assert_eq!((&model.hidden, model.encoding), (&vec![2048, 512], 32), "{name}");
        assert_eq!(
            (train, data, optimizer),
            (paper.train.clone(), paper.data.clone(), paper.optimizer.clone(),)
        );
    }
    assert_eq!((paper.train.batch, paper.train.epochs), (2048, 200));
    assert_eq!((paper.optimizer.weight_decay, paper.optimizer.decoupled), (5e-5, false));
}

#[test]
fn an_unknown_preset_is_answered_with_the_nearest_one_or_all() {
    let refused = |name| resolve(&Request::preset(name, &[])).unwrap_err().to_string();
    assert!(refused("qiuck").contains("did you mean `quick`?"));
    assert!(refused("vast").contains("there are quick, quick-random, seed"));
}
