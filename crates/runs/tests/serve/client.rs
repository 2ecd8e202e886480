//! A server that is asked byte by byte.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A server of the toy's, which ends with the test.
pub struct Served {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub host: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn toy(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toy"));
    command.args(arguments);
    command
}

/// Makes a small run of the toy's.
pub fn train(out: &Path, more: &[&str]) {
    let mut command = toy(&["train", "--preset", "calm", "--threads", "1", "--out"]);
    let output = command.arg(out).args(more).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What was answered.
pub struct Answer {
    pub status: u16,
    /// In lower case.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

impl Served {
    pub fn at(folder: &Path) -> Self {
        let mut command = toy(&["serve", "--no-open", "--port", "0"]);
        let mut child = command.arg(folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let host = line.trim().strip_prefix("http://").and_then(|rest| rest.strip_suffix('/'));
        Self { host: host.unwrap_or_else(|| panic!("an address, not {line:?}")).to_owned(), child }
    }

    /// A page, asked as a browser asks.
    pub fn get(&self, path: &str) -> Answer {
        let answer = self.ask(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host));
        answer.expect("an answer")
    }

    /// What the model of a run after `at` steps answers to a question.
    pub fn question(&self, run: &str, at: u64, question: &str) -> Answer {
        let (host, length) = (&self.host, question.len());
        let head =
            format!("Host: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}");
        let path = format!("/api/answer?run={run}&at={at}");
        self.ask(format!("POST {path} HTTP/1.1\r\n{head}\r\n\r\n{question}")).expect("an answer")
    }

    /// Sends these bytes, a whole request.
    pub fn ask(&self, request: impl AsRef<[u8]>) -> Option<Answer> {
        self.sent(request.as_ref(), false)
    }

    /// Sends these bytes, and says that no more come; `None` if there is no answer.
    pub fn ask_no_more(&self, request: impl AsRef<[u8]>) -> Option<Answer> {
        self.sent(request.as_ref(), true)
    }

    fn sent(&self, request: &[u8], is_all: bool) -> Option<Answer> {
        let mut stream = self.connect();
        // The server may have hung up already.
        let _ = stream.write_all(request);
        if is_all {
            let _ = stream.shutdown(std::net::Shutdown::Write);
        }
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let before = head.len();
            reader.read_line(&mut head).ok()?;
            if head.len() == before {
                return None;
            }
        }
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let head = head.to_lowercase();
        let mut body = Vec::new();
        match head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()) {
            Some(length) if !request.starts_with(b"HEAD") => {
                reader.take(length.parse().unwrap()).read_to_end(&mut body).unwrap();
            }
            _ => {}
        }
        Some(Answer { status, head, body })
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// The events of a run from its beginning.
    pub fn watch(&self, run: &str) -> Events {
        let mut stream = self.connect();
        let host = &self.host;
        write!(stream, "GET /api/watch?run={run} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut events = Events(BufReader::new(stream));
        let first = events.line();
        assert!(first.starts_with("HTTP/1.1 200"), "{first}");
        while !events.line().is_empty() {}
        events
    }

    /// Memory in KiB, and whether it is alive.
    #[cfg(target_os = "linux")]
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it is alive");
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

/// A stream of events.
pub struct Events(BufReader<TcpStream>);

impl Events {
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
        line.trim_end().to_owned()
    }

    /// The next event, by name and data.
    pub fn next(&mut self) -> (String, Value) {
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let line = self.line();
            if let Some(text) = line.strip_prefix("event: ") {
                name = text.to_owned();
            } else if let Some(text) = line.strip_prefix("data:") {
                data.push_str(text.trim_start());
            } else if line.is_empty() && !name.is_empty() {
                return (name, serde_json::from_str(&data).unwrap_or(Value::Null));
            }
        }
    }
}

/// What a page would show of a run, from its events.
#[derive(Debug, Default, PartialEq)]
pub struct Seen {
    pub names: Vec<String>,
    pub steps: Vec<u64>,
    pub high: Vec<Vec<Option<f64>>>,
    /// Lines by event: `epochs`, `probes`, `flow`.
    pub lines: BTreeMap<String, Vec<Value>>,
    pub state: String,
    pub cuts: usize,
}

impl Seen {
    /// How many lines of a log there are.
    pub fn count(&self, log: &str) -> usize {
        self.lines.get(log).map_or(0, Vec::len)
    }

    /// Takes events until `enough`.
    pub fn until(mut self, events: &mut Events, enough: impl Fn(&Seen) -> bool) -> Self {
        let began = Instant::now();
        while !enough(&self) {
            assert!(began.elapsed() < Duration::from_secs(60), "{self:?}");
            let (name, data) = events.next();
            match name.as_str() {
                "status" => self.state = data["state"].as_str().unwrap().to_owned(),
                "cut" => {
                    (self.steps, self.high) = Default::default();
                    self.cuts += 1;
                }
                "metrics" => {
                    let from = data["from"].as_u64().unwrap() as usize;
                    self.names = serde_json::from_value(data["names"].clone()).unwrap();
                    self.steps.truncate(from);
                    self.steps
                        .extend(serde_json::from_value::<Vec<u64>>(data["steps"].clone()).unwrap());
                    let more: Vec<Vec<Option<f64>>> =
                        serde_json::from_value(data["high"].clone()).unwrap();
                    self.high.resize(more.len(), Vec::new());
                    for (high, more) in self.high.iter_mut().zip(more) {
                        high.truncate(from);
                        high.extend(more);
                    }
                }
                "epochs" | "probes" | "flow" => {
                    let lines = self.lines.entry(name).or_default();
                    lines.truncate(data["from"].as_u64().unwrap() as usize);
                    lines.extend(data["lines"].as_array().unwrap().iter().cloned());
                    // A log that is not there yet is told as well.
                    self.lines.retain(|_, lines| !lines.is_empty());
                }
                other => panic!("{other}: {data}"),
            }
        }
        self
    }
}
