//! The sweep files of the experiments.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gradroute::autoencoder::Autoencoder;
use gradroute::vae::Vae;
use gradroute_runs::Experiment;
use gradroute_runs::config::Preset;
use gradroute_runs::sweep::SweepFile;

/// The files by their names.
fn files() -> BTreeMap<String, SweepFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sweeps");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (name(&path), SweepFile::read(&path).unwrap())).collect()
}

fn has(presets: &[Preset], name: &str) -> bool {
    presets.iter().any(|preset| preset.name == name)
}

#[test]
fn every_run_of_every_sweep_file_has_a_configuration_of_its_own() {
    for (name, file) in files() {
        let mut texts = BTreeMap::new();
        for run in file.wanted().unwrap() {
            let text = if has(Vae::<f32>::PRESETS, run.preset.as_deref().unwrap()) {
                Vae::<f32>::resolve(&run.request()).map(|resolved| resolved.to_toml())
            } else {
                Autoencoder::<f32>::resolve(&run.request()).map(|resolved| resolved.to_toml())
            };
            let text = text.unwrap_or_else(|error| panic!("{name}, {}: {error}", run.name));
            let other = texts.insert(text, run.name.clone());
            assert!(other.is_none(), "{name}: {} and {other:?} are the same", run.name);
        }
        assert_eq!(file.out, Some(Path::new("runs").join(&name)), "{name}");
        assert!(file.description.is_some(), "{name}");
    }
}

#[test]
fn the_page_of_sweeps_lists_every_file_with_its_number_of_runs() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/sweeps/README.md");
    let page = fs::read_to_string(page).unwrap();
    for (name, file) in files() {
        let row = format!("| [`{name}`]({name}.toml) | {} |", file.wanted().unwrap().len());
        assert!(page.contains(&row), "there is no row `{row}`");
    }
}
