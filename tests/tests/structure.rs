//! The shape of the program: which crate may use which, no cycle of imports between files, and
//! files short enough to be read.

mod imports;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use imports::Sources;

/// The longest file, in lines.
const LONGEST: usize = 350;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// All Rust files below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                found.extend(rust_files(&path));
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn no_file_is_longer_than_350_lines() {
    let folders = ["crates", "tests", "benches", "fuzz", "starter"];
    let files: Vec<PathBuf> = folders.iter().flat_map(|f| rust_files(&root().join(f))).collect();
    assert!(files.len() > 200, "only {} files were found", files.len());
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", file.display());
    }
}

#[test]
fn crates_use_each_other_in_one_direction() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("kernels", &[][..]),
        ("tape", &["gradroute-kernels"]),
        ("images", &["gradroute-kernels"]),
        ("runs", &["gradroute-kernels", "gradroute-tape", "gradroute-images"]),
        ("experiments", &["gradroute-kernels", "gradroute-tape", "gradroute-runs"]),
        ("../starter", &["gradroute-tape", "gradroute-runs"]),
    ]);
    for (folder, allowed) in allowed {
        let file = root().join("crates").join(folder).join("Cargo.toml");
        let text = fs::read_to_string(&file).unwrap();
        let (used, in_tests) = text.split_once("[dev-dependencies]").unwrap_or((&text, ""));
        let own = |text: &'_ str| {
            let lines = text.lines().filter(|line| line.starts_with("gradroute"));
            lines.filter_map(|l| Some(l.split([' ', '=', '.']).next()?.to_owned())).collect()
        };
        let (used, in_tests): (Vec<String>, Vec<String>) = (own(used), own(in_tests));
        for name in &used {
            assert!(allowed.contains(&name.as_str()), "{} must not use {name}", file.display());
        }
        // An example of the tape trains on images.
        for name in &in_tests {
            let fine = allowed.contains(&name.as_str()) || name == "gradroute-images";
            assert!(fine, "tests of {} must not use {name}", file.display());
        }
    }
}

#[test]
fn no_files_import_each_other_in_a_cycle() {
    for folder in ["kernels", "images", "tape", "runs", "experiments"] {
        let source = root().join("crates").join(folder).join("src");
        let sources = Sources::read(&source, &rust_files(&source));
        assert!(sources.imports() > 10, "only {} imports in {folder}", sources.imports());
        let cycles = sources.cycles();
        assert!(cycles.is_empty(), "cycles of imports in {folder}:\n{}", cycles.join("\n"));
    }
}

#[test]
fn a_cycle_of_imports_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("lib.rs", "mod a;\nmod b;\npub use a::A;\npub use b::B;\n");
    write(
        "a.rs",
        "mod inner;\npub use inner::Inner;\nuse crate::b::{B, other::C};\npub struct A;\n",
    );
    write("a/inner.rs", "pub struct Inner;\n");
    let cycles = |b: &str| {
        write("b.rs", b);
        Sources::read(folder.path(), &rust_files(folder.path())).cycles().len()
    };
    assert_eq!(cycles("pub struct B;\n"), 0);
    assert_eq!(cycles("use crate::a::A;\npub struct B(A);\n"), 1);
    assert_eq!(cycles("use super::A;\npub struct B(A);\n"), 1, "through a re-export");
    assert_eq!(cycles("pub struct B(crate::a::A);\n"), 1, "without a `use`");
    assert_eq!(cycles("pub struct B(crate::a::Inner);\n"), 0, "of what stands in another file");
    assert_eq!(cycles("#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n"), 0, "in tests");
}
