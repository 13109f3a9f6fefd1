//! `taruvi dev` from start to stop, and what is left of it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Place;

pub struct Running {
    child: Child,
    pub port: String,
}

impl Running {
    /// Starts it, and waits for the banner.
    pub fn start(place: &Place) -> Self {
        let mut command = place.command(&["--port", "0"]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = out.lines().map(|line| line.expect("text"));
        let api = lines.find(|line| line.contains("/graphql")).expect("the banner");
        let port = api.rsplit_once("localhost:").and_then(|(_, rest)| rest.split_once('/'));
        let port = port.expect("a port").0.to_owned();
        // Read on, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status().expect("kill runs");
        assert!(status.success());
    }

    pub fn end(mut self) -> ExitStatus {
        self.child.wait().expect("its end")
    }
}

pub fn tokens(place: &Place) -> Value {
    let text = std::fs::read_to_string(place.dir().join("test_tokens.json")).expect("the tokens");
    serde_json::from_str(&text).expect("JSON")
}

/// Whether PostgreSQL's own note of its process is there.
fn postgres_runs(place: &Place) -> bool {
    place.dir().join("postgres/postmaster.pid").exists()
}

async fn tasks_of_acme(place: &Place, port: &str) -> Value {
    let token = tokens(place)["tenants"][0]["access_token"].as_str().expect("a token").to_owned();
    let answer = reqwest::Client::new()
        .post(format!("http://127.0.0.1:{port}/graphql"))
        .header("host", format!("acme.localhost:{port}"))
        .bearer_auth(token)
        .json(&serde_json::json!({"query": "{ tasks(first: 1) { totalCount } }"}))
        .send()
        .await
        .expect("an answer");
    answer.json::<Value>().await.expect("JSON")["data"]["tasks"]["totalCount"].clone()
}

#[tokio::test]
async fn it_serves_the_demo_and_leaves_nothing_running() {
    let place = Place::new();
    for signal in ["INT", "TERM"] {
        let running = Running::start(&place);
        assert_eq!(tasks_of_acme(&place, &running.port).await, 40);
        assert!(postgres_runs(&place));
        running.signal(signal);
        assert!(running.end().success());
        assert!(!postgres_runs(&place), "after {signal}");
    }
}

#[tokio::test]
async fn a_killed_one_is_cleaned_up_after_and_starts_again() {
    let place = Place::new();
    let running = Running::start(&place);
    running.signal("KILL");
    assert!(!running.end().success());
    let since = Instant::now();
    while postgres_runs(&place) {
        assert!(since.elapsed() < Duration::from_secs(20), "PostgreSQL outlives the server");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let running = Running::start(&place);
    assert_eq!(tasks_of_acme(&place, &running.port).await, 40);
    running.signal("TERM");
    assert!(running.end().success());
}

#[test]
fn production_gets_no_demo() {
    let place = Place::new();
    let mut command = place.command(&["dev"]);
    command.env("TARUVI_MODE", "production").env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/x");
    command.env("JWT_SIGNING_KEY", "0123456789abcdef0123456789abcdef");
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(super::said(&output).contains("not in production"));
}

#[test]
fn serve_migrates_nothing() {
    let place = Place::new();
    assert!(place.fails(1, &["serve", "--port", "0"]).contains("run `taruvi migrate` first"));
}
