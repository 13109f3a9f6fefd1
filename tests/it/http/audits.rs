//! The audits of graphql-http, which servers of all languages are held to: 61 of 61.

use std::path::Path;
use std::process::Output;

use tokio::process::Command;

use crate::support::TestApp;

const NO_NODE: &str = "Node.js 20 or later is needed to run the tests, as the README says: \
    `node` and `npm` must be in the PATH";

/// Runs a program in `playground/`.
async fn run(program: &str, arguments: &[&str]) -> Output {
    let playground = Path::new(env!("CARGO_MANIFEST_DIR")).join("playground");
    Command::new(program)
        .args(arguments)
        .current_dir(playground)
        .output()
        .await
        .unwrap_or_else(|e| panic!("{NO_NODE} ({program}: {e})"))
}

fn printed(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

#[tokio::test(flavor = "multi_thread")]
async fn all_audits_of_graphql_over_http_pass() {
    let app = TestApp::new().await;
    let installed = concat!(env!("CARGO_MANIFEST_DIR"), "/playground/node_modules/graphql-http");
    if !Path::new(installed).exists() {
        let output = run("npm", &["ci", "--no-audit", "--no-fund"]).await;
        assert!(output.status.success(), "npm ci: {}", printed(&output));
    }
    // A platform host; Node's fetch lets nobody set another.
    let url = format!("http://{}/graphql", app.address);
    let output = run("node", &["tests/audits.mjs", &url]).await;
    let text = printed(&output);
    assert!(output.status.success() && text.contains("61 of 61 passed"), "{text}");
}
