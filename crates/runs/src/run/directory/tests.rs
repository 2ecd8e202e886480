use super::*;

fn run_in(root: &Path) -> RunDirectory {
    let run = RunDirectory::create(root, false).unwrap();
    fs::write(run.config(), "").unwrap();
    fs::write(run.metrics(), "old").unwrap();
    run
}

#[test]
fn a_run_is_replaced_only_when_asked() {
    let base = tempfile::tempdir().unwrap();
    let root = base.path().join("a/b");
    drop(run_in(&root));
    let refused = RunDirectory::create(&root, false).unwrap_err();
    assert!(matches!(refused, DirectoryError::Occupied(_)), "{refused}");
    assert!(root.join(METRICS).exists());
    RunDirectory::create(&root, true).unwrap();
    let mut left: Vec<_> = fs::read_dir(&root).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, [LOCK, CHECKPOINTS]);
}

#[test]
fn folders_that_are_no_runs_are_never_overwritten() {
    let base = tempfile::tempdir().unwrap();
    fs::write(base.path().join("thesis.tex"), "").unwrap();
    let message = RunDirectory::create(base.path(), true).unwrap_err().to_string();
    assert!(message.contains("holds `thesis.tex`"), "{message}");

    let base = tempfile::tempdir().unwrap();
    fs::write(base.path().join(METRICS), "").unwrap();
    let message = RunDirectory::create(base.path(), true).unwrap_err().to_string();
    assert!(message.contains("has no config.toml"), "{message}");
    assert!(base.path().join(METRICS).exists());

    let file = base.path().join("file");
    fs::write(&file, "").unwrap();
    let message = RunDirectory::create(&file, true).unwrap_err().to_string();
    assert!(message.contains("is a file"), "{message}");
}

#[cfg(unix)]
#[test]
fn overwriting_removes_links_and_not_what_they_point_at() {
    let base = tempfile::tempdir().unwrap();
    let elsewhere = base.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("keep.png"), "").unwrap();
    let root = base.path().join("run");
    let run = run_in(&root);
    let figures = run.figures();
    drop(run);
    std::os::unix::fs::symlink(&elsewhere, &figures).unwrap();
    RunDirectory::create(&root, true).unwrap();
    assert!(elsewhere.join("keep.png").exists() && !figures.exists());
}

#[test]
fn a_second_user_of_a_run_is_refused_until_the_first_lets_go() {
    let base = tempfile::tempdir().unwrap();
    let run = run_in(base.path());
    for refused in [
        RunDirectory::create(base.path(), true).unwrap_err(),
        RunDirectory::open_to_change(base.path()).unwrap_err(),
    ] {
        assert!(matches!(refused, DirectoryError::Busy(_)), "{refused}");
    }
    assert!(RunDirectory::open(base.path()).is_ok(), "looking needs no lock");
    drop(run);
    RunDirectory::open_to_change(base.path()).unwrap();
}

#[test]
fn default_names_count_up() {
    let base = tempfile::tempdir().unwrap();
    for count in 1..=3 {
        let run = RunDirectory::create_next(base.path(), "quick", 7).unwrap();
        assert_eq!(run.root(), base.path().join(format!("quick-7-{count}")));
    }
}

#[test]
fn a_folder_without_a_configuration_is_no_run_directory() {
    let base = tempfile::tempdir().unwrap();
    let run = run_in(base.path());
    assert_eq!(RunDirectory::open(base.path()).unwrap().root(), run.root());
    let nothing = tempfile::tempdir().unwrap();
    let message = RunDirectory::open(nothing.path()).unwrap_err().to_string();
    assert!(message.contains("no config.toml"), "{message}");
}
