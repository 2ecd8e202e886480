//! What is computed for a page: answers of a model, the tape's page, the audit.

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::client::{Served, toy, train};

/// A run of ten steps with checkpoints after 5 and 10, and its server.
fn served() -> (TempDir, Served) {
    let folder = TempDir::new().unwrap();
    train(&folder.path().join("run"), &["--set", "train.checkpoint_every=1"]);
    let served = Served::at(folder.path());
    (folder, served)
}

#[test]
fn a_model_answers_as_it_was_after_any_step_up_to_50_after_a_checkpoint() {
    let (folder, served) = served();
    assert_eq!(served.get("/api/run?run=run").json()["checkpoints"], serde_json::json!([5, 10]));
    for steps in 5..10 {
        let name = format!("short-{steps}");
        train(&folder.path().join(&name), &["--set", &format!("train.steps={steps}")]);
        let [made_again, own] =
            ["run", &name].map(|run| served.question(run, steps, "\"weight\"").text());
        assert!(made_again.starts_with("[0.") || made_again.starts_with("[-0."), "{made_again}");
        assert_eq!(made_again, own, "after {steps} steps");
    }
    for (at, words) in [(4, "no checkpoint after 4 steps"), (11, "there are 10 steps")] {
        let answer = served.question("run", at, "\"weight\"");
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains(words), "{}", answer.text());
    }
}

#[test]
fn a_question_that_can_not_be_answered_is_refused_in_words() {
    let (folder, served) = served();
    let refused = |run: &str, question: &str| {
        let answer = served.question(run, 10, question);
        (answer.status, answer.json()["problem"].as_str().unwrap().to_owned())
    };
    assert_eq!(refused("run", "\"age\""), (400, "nobody knows `age`".to_owned()));
    assert_eq!(refused("run", "{").0, 400);
    assert_eq!(refused("no-run", "\"weight\"").0, 404);
    let mut seeker = toy(&["train", "--preset", "learn", "--threads", "1", "--out"]);
    assert!(seeker.arg(folder.path().join("seeker")).output().unwrap().status.success());
    let facts = served.get("/api/run?run=seeker").json();
    assert_eq!(facts["panel"], false);
    let at = facts["checkpoints"].as_array().unwrap().last().unwrap().as_u64().unwrap();
    let answer = served.question("seeker", at, "1");
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("seeker answers no questions"), "{}", answer.text());
}

#[test]
fn a_panel_is_a_script_of_its_experiment_and_of_no_other() {
    let (_folder, served) = served();
    let panel = served.get("/panel.js?experiment=still");
    assert_eq!((panel.status, panel.text()), (200, "export const show = () => {};\n".to_owned()));
    assert!(panel.head.contains("content-type: text/javascript"), "{}", panel.head);
    for experiment in ["seeker", "nonsense", ""] {
        let answer = served.get(&format!("/panel.js?experiment={experiment}"));
        assert_eq!(answer.status, 404, "{experiment}");
    }
}

#[test]
fn of_the_questions_that_wait_the_newest_is_answered() {
    let (_folder, served) = served();
    served.question("run", 10, "\"weight\"");
    scope(|threads| {
        let first = threads.spawn(|| served.question("run", 10, "\"take your time\"").status);
        sleep(Duration::from_millis(200));
        let second = threads.spawn(|| served.question("run", 10, "\"weight\"").status);
        sleep(Duration::from_millis(200));
        let third = threads.spawn(|| served.question("run", 10, "\"weight\"").status);
        assert_eq!([first, second, third].map(|asked| asked.join().unwrap()), [200, 409, 200]);
    });
    // Pages that need no model do not wait.
    scope(|threads| {
        threads.spawn(|| served.question("run", 10, "\"take your time\""));
        sleep(Duration::from_millis(100));
        let began = Instant::now();
        assert_eq!(served.get("/api/runs").status, 200);
        assert!(began.elapsed() < Duration::from_millis(600));
    });
}

#[test]
fn a_fault_of_the_program_is_told_and_the_next_question_is_answered() {
    let (_folder, served) = served();
    let before = served.question("run", 10, "\"weight\"").text();
    let answer = served.question("run", 10, "\"fail\"");
    assert_eq!(answer.status, 500);
    assert!(answer.text().contains("terminal"), "{}", answer.text());
    assert_eq!(served.question("run", 10, "\"weight\"").text(), before);
}

#[test]
fn the_page_of_a_tape_has_the_numbers_of_graph_and_no_script_or_style_within() {
    let (folder, served) = served();
    for (at, batch) in [(5, 1), (7, 3), (10, 1)] {
        let run = folder.path().join("run");
        let arguments = [
            format!("--at={at}"),
            format!("--batch={batch}"),
            "--variant=optimizer.lr=0.5".to_owned(),
        ];
        let file = toy(&["graph"]).arg(&run).args(arguments).output().unwrap();
        assert!(file.status.success(), "{}", String::from_utf8_lossy(&file.stderr));
        let page =
            served.get(&format!("/tape?run=run&at={at}&batch={batch}&variants=optimizer.lr=0.5"));
        let page = page.text();
        let data = |page: &str| {
            let lines = page.lines().filter(|line| line.contains("type=\"text/plain\""));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let found = data(&page);
        assert!(found.len() >= 4, "two variants with a term each:\n{page}");
        assert_eq!(found, data(&String::from_utf8(file.stdout).unwrap()));
        assert!(page.contains("<script src=\"/tape.js\"></script>"));
        assert!(
            !page.contains("<style") && !page.contains("<script>") && !page.contains("style=\"")
        );
    }
    for asset in ["/tape.js", "/tape.css", "/report.css"] {
        assert_eq!(served.get(asset).status, 200, "{asset}");
    }
    let refused = served.get("/tape?run=run&at=10&variants=optimizer.nonsense=1");
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("nonsense"), "{}", refused.text());
}

#[test]
fn what_can_not_be_audited_is_refused_in_words() {
    let (_folder, served) = served();
    let answer = served.get("/api/audit?run=run&at=10");
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("group"), "{}", answer.text());
}

#[test]
fn a_report_is_served_with_its_style_as_a_file() {
    let (folder, served) = served();
    let page = served.get("/report?run=run").text();
    assert!(
        page.contains("<link rel=\"stylesheet\" href=\"/report.css\">") && !page.contains("<style")
    );
    assert!(page.contains("What made this run"));
    std::fs::remove_file(folder.path().join("run/report.html")).unwrap();
    assert_eq!(served.get("/report?run=run").status, 404);
}
