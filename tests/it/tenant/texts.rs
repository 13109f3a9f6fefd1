//! Text is stored as it came, whatever it looks like, and is never more than text.

use serde_json::json;

use super::kit::{SLICES, text};
use crate::support::TestApp;

const TEXTS: [&str; 17] = [
    "'; DROP TABLE \"t_acme\".tasks; --",
    "' OR '1'='1",
    "\\' \\\" \\\\ \\n \\u0000",
    "$1 $$x$$ :name ?",
    "<script>alert('x')</script><img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &#39;",
    "%s %n %d {0} {} {{7*7}} ${7*7} #{7*7}",
    "100% _under_ back\\slash",
    "😀👩‍👩‍👧‍👦🇩🇪 é e\u{301} ﷽",
    "مرحبا שלום \u{202e}reversed\u{202c}",
    "日本語 中文 한국어 Ελληνικά кириллица",
    "İıSSßﬀ ǅ",
    " led and trailed ",
    "{\"json\": [1, null]}",
    "null",
    "NULL",
    "../../etc/passwd C:\\con",
];

#[tokio::test]
async fn any_text_comes_back_as_it_went_in_and_is_found_by_itself() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "home").await;
    for slice in SLICES {
        for written in TEXTS {
            let prose = format!("{written}\n\t{written}\r\n");
            let id = slice.make(&owner, &home, written).await;
            let update = json!({ "id": id, "input": { "description": prose } });
            owner.done(&slice.verb("Update"), update, "").await;
            let fields = format!("{} description", slice.label);
            let read = slice.read(&owner, &id, &fields).await;
            assert_eq!(read, json!({ (slice.label): written, "description": prose }));
            // As a literal in the document too, not only as a variable.
            let literal = serde_json::to_string(written).unwrap();
            let (many, label) = (slice.many, slice.label);
            for condition in [
                format!("filter: {{ {label}: {{ eq: {literal} }} }}"),
                format!("filter: {{ {label}: {{ in: [{literal}] }} }}"),
                format!("filter: {{ {label}: {{ contains: {literal}, caseSensitive: true }} }}"),
                format!("filter: {{ {label}: {{ startsWith: {literal} }} }}"),
                format!("filter: {{ {label}: {{ endsWith: {literal} }} }}"),
                format!("search: {literal}, filter: {{ {label}: {{ eq: {literal} }} }}"),
            ] {
                let query = format!("{{ {many}({condition}, first: 100) {{ nodes {{ id }} }} }}");
                let found = owner.gql(&query).await.column(many, "id");
                assert!(found.contains(&json!(id)), "{many} {condition}");
                let exact = condition.contains("eq:") || condition.contains("in:");
                assert!(!exact || found.len() == 1, "{many} {condition}: {found:?}");
            }
        }
        let count = TEXTS.len() + usize::from(slice.one == "project");
        assert_eq!(slice.count(&owner).await, count, "nothing else happened to {slice:?}");
    }
}

#[tokio::test]
async fn names_of_people_are_trimmed_and_otherwise_kept() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    for (n, written) in TEXTS.iter().enumerate() {
        let email = format!("u{n}'+x%_@acme.test");
        let written = format!("{written} {n}");
        let input = json!({ "email": email, "password": "a-long-password", "username": written,
            "firstName": written, "lastName": written });
        let made = owner.done(
            "userCreate",
            json!({ "input": input }),
            "user {
            email username firstName lastName displayName }",
        );
        let kept = written.trim();
        let expected = json!({ "email": email, "username": kept, "firstName": kept,
            "lastName": kept, "displayName": format!("{kept} {kept}") });
        assert_eq!(made.await["user"], expected);
        let caller = app.anonymous("acme");
        let arguments = json!({ "input": { "username": kept, "password": "a-long-password" } });
        let signed_in = caller.done("tokenCreate", arguments, "user { username }").await;
        assert_eq!(text(&signed_in["user"]["username"]), kept);
    }
}
