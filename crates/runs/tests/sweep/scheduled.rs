//! Runs as commands and as tasks of Slurm. Here Slurm is a few scripts that note what they are
//! asked; `tests/slurm.sh` has a real one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::place::{NAMES, Place, all_finished, listed};
use crate::program::{refused, succeed};

#[test]
fn printed_commands_make_the_runs_from_anywhere() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &["--run", NAMES[1]]));
    let (commands, _) = succeed(&mut place.sweep(&file, &["--print-commands", "--threads", "1"]));
    let lines: Vec<&str> = commands.lines().collect();
    assert_eq!(lines.len(), 3, "{commands}");
    assert!(lines.iter().all(|line| line.contains(" --threads 1 ")), "{commands}");
    for line in lines {
        succeed(Command::new("sh").args(["-c", line]).current_dir("/"));
    }
    all_finished(&place.out());
    let other = place.path("other");
    succeed(&mut place.sweep(&file, &["--out", other.to_str().unwrap()]));
    assert_eq!(listed(&place.out(), "weights_sha256"), listed(&other, "weights_sha256"));
    let (nothing, _) = succeed(&mut place.sweep(&file, &["--print-commands"]));
    assert_eq!(nothing, "");
}

/// A place with a Slurm that runs the tasks of an array at once, but those in `SKIP`, and says of
/// these that they wait.
struct Slurm {
    place: Place,
}

impl Slurm {
    fn new() -> Self {
        let place = Place::new();
        let bin = place.path("bin");
        fs::create_dir(&bin).unwrap();
        let script = |name: &str, text: &str| {
            let file = bin.join(name);
            fs::write(&file, format!("#!/bin/sh\ncd \"{}\"\n{text}", place.path("").display()))
                .unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        };
        script(
            "sbatch",
            "echo \"$@\" >> asked\n[ -z \"$REFUSE\" ] || { echo \"$REFUSE\" >&2; exit 1; }\n\
             job=$(($(cat job 2>/dev/null || echo 40) + 1)); echo $job > job\n\
             for list; do script=$last; last=$list; done\n\
             n=$(wc -l < \"$list\"); i=0\n\
             while [ $i -lt $n ]; do\n\
               case \" $SKIP \" in *\" $i \"*) echo \"$job $i PENDING\" >> waiting ;;\n\
               *) SLURM_ARRAY_TASK_ID=$i SLURM_CPUS_PER_TASK=1 sh \"$script\" \"$list\" >> said 2>&1 ;; esac\n\
               i=$((i + 1)); done\n\
             echo \"$job;cluster\"\n",
        );
        script("squeue", "cat waiting 2>/dev/null; echo '7 N/A RUNNING'\n");
        script("scontrol", "echo \"MaxArraySize = ${LARGEST:-1001}\"\n");
        Self { place }
    }

    fn submit(&self, more: &[&str]) -> Command {
        let mut sweep = self.place.sweep(&self.place.small(), &["--slurm"]);
        let path = std::env::var("PATH").unwrap();
        sweep.args(more).env("PATH", format!("{}:{path}", self.place.path("bin").display()));
        sweep
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.place.path(name)).unwrap_or_default()
    }
}

#[test]
fn an_array_has_a_task_for_each_run_and_the_users_arguments_for_sbatch() {
    let slurm = Slurm::new();
    let (out, _) = succeed(&mut slurm.submit(&["--", "--partition=long", "--cpus-per-task=8"]));
    assert!(out.contains("Submitted as job 41: 4 runs"), "{out}");
    let asked = slurm.read("asked");
    for part in
        ["--array=0-3", "--requeue", "--signal=B:TERM@60", "--partition=long --cpus-per-task=8"]
    {
        assert!(asked.contains(part), "{asked}");
    }
    all_finished(&slurm.place.out());
    assert!(slurm.read("said").contains("Run directory: "), "{}", slurm.read("said"));
    let (out, _) = succeed(&mut slurm.submit(&[]));
    assert!(out.contains("4 of 4 runs done") && out.contains("Nothing is left to submit"), "{out}");
}

#[test]
fn what_waits_is_not_submitted_again_and_what_is_missing_is() {
    let slurm = Slurm::new();
    succeed(slurm.submit(&[]).env("SKIP", "1 2"));
    let states = listed(&slurm.place.out(), "state");
    assert_eq!((&*states[NAMES[0]], &*states[NAMES[1]]), ("finished", "waiting"));
    let (out, _) = succeed(&mut slurm.submit(&[]));
    assert!(out.contains("2 of 4 runs done, 2 submitted before and not ended yet"), "{out}");
    assert!(out.contains("Nothing is left to submit"), "{out}");
    fs::remove_file(slurm.place.path("waiting")).unwrap();
    let (out, _) = succeed(&mut slurm.submit(&[]));
    assert!(out.contains("Submitted as job 42: 2 runs"), "{out}");
    all_finished(&slurm.place.out());
}

#[test]
fn a_sweep_larger_than_an_array_may_be_is_several_arrays() {
    let slurm = Slurm::new();
    let (out, _) = succeed(slurm.submit(&[]).env("LARGEST", "3"));
    assert!(out.contains("job 41: 3 runs") && out.contains("job 42: 1 run\n"), "{out}");
    all_finished(&slurm.place.out());
}

#[test]
fn what_slurm_says_against_it_is_told() {
    let slurm = Slurm::new();
    let mut refusing = slurm.submit(&[]);
    refused(
        refusing.env("REFUSE", "invalid partition specified: lng"),
        1,
        &["sbatch", "invalid partition"],
    );
    let nowhere = slurm.place.path("nothing");
    let mut without = slurm.submit(&[]);
    refused(without.env("PATH", nowhere), 1, &["sbatch can't be started", "--print-commands"]);
}
