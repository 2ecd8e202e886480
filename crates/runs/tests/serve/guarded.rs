//! What must not be answered, and what must not harm.

use std::fs;

use tempfile::TempDir;

use super::client::{Served, toy};

fn served() -> (TempDir, Served) {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("runs");
    fs::create_dir(&root).unwrap();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    let served = Served::at(&root);
    (folder, served)
}

#[test]
fn every_answer_forbids_what_a_page_here_never_needs() {
    let (_folder, served) = served();
    for path in ["/", "/app.js", "/style.css", "/vendor/uPlot.js", "/api/runs", "/no", "/api/watch"]
    {
        let answer = served.get(path);
        for part in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; \
             connect-src 'self'; img-src data:;",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
            "referrer-policy: no-referrer",
        ] {
            assert!(answer.head.contains(part), "{path} lacks {part}: {}", answer.head);
        }
        assert!(!answer.head.contains("access-control"), "{}", answer.head);
    }
    assert_eq!(served.get("/no").status, 404);
    assert_eq!(served.get("/api/watch").status, 400);
}

#[test]
fn another_name_of_this_machine_and_pages_of_other_servers_are_refused() {
    let (_folder, served) = served();
    let ask = |lines: &str| {
        let answer = served.ask(format!("GET /api/runs HTTP/1.1\r\n{lines}\r\n\r\n")).unwrap();
        assert!(answer.status == 200 || !answer.text().contains("\"runs\""));
        answer.status
    };
    let port = served.host.split(':').nth(1).unwrap();
    for host in [served.host.clone(), format!("localhost:{port}"), format!("[::1]:{port}")] {
        assert_eq!(ask(&format!("Host: {host}")), 200);
    }
    // A name that its owner leads to this machine.
    for host in ["rebound.example.org", "127.0.0.1.example.org", "169.254.1.1"] {
        assert_eq!(ask(&format!("Host: {host}:{port}")), 403);
    }
    let ours = &served.host;
    assert_eq!(ask(&format!("Host: {ours}\r\nOrigin: http://{ours}")), 200);
    for origin in ["null", "http://example.org", "https://127.0.0.1", "http://127.0.0.1:1"] {
        assert_eq!(ask(&format!("Host: {ours}\r\nOrigin: {origin}")), 403, "{origin}");
    }
}

#[test]
fn paths_lead_to_nothing_but_the_pages() {
    let (_folder, served) = served();
    for path in [
        "/../secret",
        "/..%2fsecret",
        "/%2e%2e/secret",
        "/%2e%2e%2fsecret",
        "/..\\secret",
        "/..%5csecret",
        "/vendor/../../secret",
        "/vendor/..%2f..%2fsecret",
        "//etc/passwd",
        "/etc/passwd",
        "/./../secret",
        "/%00",
        "/app.js%00",
        "/app.js/",
        "/%c0%ae%c0%ae/secret",
        "/api/../../secret",
        "/api/watch?run=../secret",
        "/api/watch?run=..%2f..%2fsecret",
        "/api/watch?run=/etc",
        "/api/watch?run=.",
        "/api/run?run=../secret",
        "/report?run=..",
        "/report?run=../../secret",
        "/tape?run=../secret&at=0",
        "/api/audit?run=/etc&at=0",
        "/panel.js?experiment=../../secret",
        "/api/probe?run=..%2fsecret&step=0",
        "/api/probe?run=.&step=0",
    ] {
        let answer = served.get(path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.text().contains("secret\n") && !answer.text().contains("root:"));
    }
}

#[test]
fn large_bodies_and_other_types_and_methods_are_refused() {
    let (_folder, served) = served();
    let host = &served.host;
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
        let answer = served.ask(format!("{method} / HTTP/1.1\r\nHost: {host}\r\n\r\n")).unwrap();
        assert_eq!(answer.status, 405, "{method}");
    }
    let post = |kind: &str, length: usize| {
        let body = "a".repeat(length);
        let head = format!("Host: {host}\r\nContent-Type: {kind}\r\nContent-Length: {length}");
        served.ask(format!("POST /api/runs HTTP/1.1\r\n{head}\r\n\r\n{body}")).unwrap().status
    };
    assert_eq!(post("text/plain", 2), 415);
    assert_eq!(post("application/json", 2), 405);
    assert_eq!(post("application/json", 64 * 1024 + 1), 413);
}

#[test]
fn a_thousand_malformed_requests_change_nothing() {
    let (_folder, served) = served();
    let before = served.get("/api/runs").body;
    #[cfg(target_os = "linux")]
    let memory = served.memory();
    let mut state = 1u64;
    let mut random = |n: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for i in 0..1000 {
        let whole = format!("GET /api/runs HTTP/1.1\r\nHost: {}\r\nX: y\r\n\r\n", served.host);
        let mut bytes = whole.into_bytes();
        match i % 4 {
            // Random bytes, a changed byte, a cut, a head without an end.
            0 => bytes = (0..random(300)).map(|_| random(256) as u8).collect(),
            1 => {
                let at = random(bytes.len() as u64) as usize;
                bytes[at] = random(256) as u8;
            }
            2 => bytes.truncate(random(bytes.len() as u64) as usize),
            _ => bytes = [b"GET / HTTP/1.1\r\n", &b"a: b\r\n".repeat(500)[..]].concat(),
        }
        if let Some(answer) = served.ask_no_more(&bytes) {
            assert!(
                answer.status < 500,
                "{}: {:?}",
                answer.status,
                String::from_utf8_lossy(&bytes)
            );
        }
    }
    assert_eq!(served.get("/api/runs").body, before);
    #[cfg(target_os = "linux")]
    assert!(served.memory() < memory + 8 * 1024, "{} KiB after {memory}", served.memory());
}

#[test]
fn a_folder_that_is_not_there_is_refused_before_anything_is_served() {
    let output = toy(&["serve", "--no-open", "no/such/folder"]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("no/such/folder"), "{error}");
    assert!(output.stdout.is_empty());
}
