//! Forgotten passwords and other addresses: what a mail proves, to whom, and for how long.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::kit::{me, text};
use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};

const NEW: &str = "quite another password";
const TOKEN: [&str; 1] = ["INVALID input.token"];

fn request(email: &str) -> Value {
    json!({ "input": { "email": email } })
}

/// Sends a mutation whose type names do not follow from its own.
async fn ask(caller: &Caller, email: &str) -> Value {
    let query = "mutation($input: PasswordResetRequestInput!) {
        passwordResetRequest(input: $input) { requested userErrors { code field } } }";
    caller.gql_with(query, request(email)).await.data()["passwordResetRequest"].clone()
}

/// The user errors of choosing a new password; empty when it worked.
async fn choose(caller: &Caller, token: &str, new: &str) -> Vec<String> {
    let query = "mutation($input: PasswordResetConfirmInput!) {
        passwordResetConfirm(input: $input) { user { id } userErrors { code field } } }";
    let input = json!({ "input": { "token": token, "newPassword": new } });
    faults(&caller.gql_with(query, input).await.data()["passwordResetConfirm"])
}

async fn confirm(caller: &Caller, token: &str) -> Vec<String> {
    let query = "mutation($input: EmailChangeConfirmInput!) {
        emailChangeConfirm(input: $input) { user { id } userErrors { code field } } }";
    let input = json!({ "input": { "token": token } });
    faults(&caller.gql_with(query, input).await.data()["emailChangeConfirm"])
}

fn faults(payload: &Value) -> Vec<String> {
    let fault = |e: &Value| {
        let path: Vec<_> = e["field"].as_array().into_iter().flatten().map(text).collect();
        format!("{} {}", text(&e["code"]), path.join("."))
    };
    payload["userErrors"].as_array().expect("user errors").iter().map(fault).collect()
}

fn change(email: &str, password: &str) -> Value {
    json!({ "input": { "newEmail": email, "currentPassword": password } })
}

async fn status(caller: &Caller) -> u16 {
    caller.gql("{ viewer { id } }").await.status.as_u16()
}

/// Whether this opens a session at acme.
async fn opens(app: &TestApp, email: &str, password: &str) -> bool {
    let query = "mutation($e: String!, $p: String!) {
        tokenCreate(input: { email: $e, password: $p }) { accessToken } }";
    let answer = app.anonymous("acme").gql_with(query, json!({ "e": email, "p": password })).await;
    answer.code().is_empty()
}

#[tokio::test]
async fn who_forgot_the_password_chooses_another_by_mail() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let acme = app.anonymous("acme");
    let (one, two) = (app.sign_in("acme", "member").await, app.sign_in("acme", "member").await);
    let asked = ask(&acme, " Member@ACME.test ").await;
    assert_eq!(asked, json!({ "requested": true, "userErrors": [] }));
    let mail = mailbox.next().await;
    assert_eq!(mail.to, "member@acme.test");
    assert_eq!(mail.header("Subject"), "A new password for acme Ltd");
    let link = "http://acme.localhost:8000/password-reset#token=rst_";
    assert!(mail.link().starts_with(link), "{}", mail.link());
    assert_eq!((status(&one).await, status(&two).await), (200, 200), "asking ends nothing");

    let token = mail.token();
    for bad in ["short", "password123", "member@acme.test", "Member", &"x".repeat(129)] {
        assert_eq!(choose(&acme, &token, bad).await, ["INVALID input.newPassword"], "{bad}");
    }
    assert_eq!(choose(&app.anonymous("globex"), &token, NEW).await, TOKEN, "another tenant");
    assert!(choose(&acme, &token, NEW).await.is_empty());
    assert_eq!((status(&one).await, status(&two).await), (401, 401), "all sessions end");
    assert!(opens(&app, "member@acme.test", NEW).await);
    assert!(!opens(&app, "member@acme.test", PASSWORD).await);
    assert_eq!(choose(&acme, &token, "and yet another").await, TOKEN, "it works once");
    let notice = mailbox.next().await;
    assert_eq!(notice.header("Subject"), "Your password for acme Ltd was changed");
    let audited = "SELECT count(*) FROM t_acme.audit_log WHERE action = 'user.reset_password'";
    assert_eq!(app.value(audited).await, "1");
}

#[tokio::test]
async fn asking_for_a_new_password_tells_nobody_who_is_there() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = me(&app.sign_in("acme", "manager").await).await;
    owner.done("userUpdate", json!({ "id": id, "input": { "isActive": false } }), "").await;
    app.sql(
        "INSERT INTO t_acme.users (id, username, email, role, created_at, updated_at)
        VALUES (gen_random_uuid(), 'sso', 'sso@acme.test', 'member', now(), now())",
    )
    .await;
    let acme = app.anonymous("acme");
    let expected = json!({ "requested": true, "userErrors": [] });
    for email in [
        "nobody@acme.test",
        "manager@acme.test",
        "sso@acme.test",
        "owner@globex.test",
        "admin@taruvi.test",
        "member@acme.test",
    ] {
        assert_eq!(ask(&acme, email).await, expected, "{email}");
    }
    assert_eq!(mailbox.next().await.to, "member@acme.test", "the last one asked for");
    assert_eq!(mailbox.waiting(), 0);
    assert_eq!(ask(&acme, "nobody").await["userErrors"][0]["code"], "INVALID");
    let query = "mutation { passwordResetRequest(input: { email: \"a@b.test\" }) { requested } }";
    assert_eq!(app.anonymous("localhost").gql(query).await.code(), "WRONG_HOST");

    // By turns, so that whatever else the machine does falls on all of them.
    let cases = ["owner@acme.test", "nobody@acme.test"];
    let mut shortest = [Duration::MAX; 2];
    for _ in 0..8 {
        for (email, shortest) in cases.iter().zip(&mut shortest) {
            let begun = Instant::now();
            ask(&acme, email).await;
            *shortest = begun.elapsed().min(*shortest);
        }
    }
    let [there, nobody] = shortest;
    assert!(there < nobody * 3 && nobody < there * 3, "{shortest:?}");
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_by_others() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let acme = app.anonymous("acme");
    for _ in 0..5 {
        ask(&acme, "member@acme.test").await;
    }
    let first = mailbox.next().await.token();
    app.app.clock.advance(TimeDelta::seconds(61));
    ask(&acme, "member@acme.test").await;
    let second = mailbox.next().await.token();
    assert_eq!(mailbox.waiting(), 0);
    assert!(choose(&acme, &first, NEW).await.is_empty(), "the first mail holds as long");
    assert_eq!(choose(&acme, &second, NEW).await, TOKEN, "one is enough");

    let settings = [("limits.enabled", "true"), ("limits.auth_per_minute", "3")];
    let app = TestApp::with(&settings).await;
    let query =
        "mutation { passwordResetRequest(input: { email: \"X@acme.test\" }) { requested } }";
    for _ in 0..3 {
        assert_eq!(app.anonymous("acme").gql(query).await.code(), "");
    }
    assert_eq!(app.anonymous("acme").gql(query).await.code(), "RATE_LIMITED");
}

#[tokio::test]
async fn a_link_holds_for_an_hour_for_the_address_it_went_to() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let acme = app.anonymous("acme");
    for wrong in ["", "rst_", "x", &format!("rst_{}", "A".repeat(43)), "\u{0}", &"x".repeat(9999)] {
        assert_eq!(choose(&acme, wrong, NEW).await, TOKEN, "{wrong}");
        assert_eq!(confirm(&acme, wrong).await, TOKEN, "{wrong}");
    }
    ask(&acme, "member@acme.test").await;
    let late = mailbox.next().await.token();
    app.app.clock.advance(TimeDelta::seconds(3601));
    assert_eq!(choose(&acme, &late, NEW).await, TOKEN, "too late");

    ask(&acme, "member@acme.test").await;
    let token = mailbox.next().await.token();
    assert_eq!(confirm(&acme, &token).await, TOKEN, "it is for something else");
    let as_other = token.replace("rst_", "eml_");
    assert_eq!(confirm(&acme, &as_other).await, TOKEN, "it is for something else");
    let owner = app.sign_in("acme", "owner").await;
    let id = me(&app.sign_in("acme", "member").await).await;
    let moved = json!({ "id": id, "input": { "email": "new@acme.test" } });
    owner.done("userUpdate", moved, "").await;
    assert_eq!(choose(&acme, &token, NEW).await, TOKEN, "another address by now");
    owner
        .done(
            "userUpdate",
            json!({ "id": id, "input": { "email": "member@acme.test",
        "isActive": false } }),
            "",
        )
        .await;
    assert_eq!(choose(&acme, &token, NEW).await, TOKEN, "not active any more");
}

#[tokio::test]
async fn owners_send_the_mail_for_others() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let member = app.sign_in("acme", "member").await;
    let id = me(&member).await;
    let sent = owner.done("userResetPassword", json!({ "id": id }), "user { email }").await;
    assert_eq!(sent["user"]["email"], "member@acme.test");
    let mail = mailbox.next().await;
    assert_eq!(mail.to, "member@acme.test");
    assert_eq!(status(&member).await, 200);
    for caller in [&member, &app.sign_in("acme", "manager").await] {
        assert_eq!(caller.refusal("userResetPassword", json!({ "id": id })).await, "FORBIDDEN");
    }
    let other = app.sign_in("globex", "owner").await;
    assert_eq!(other.faults("userResetPassword", json!({ "id": id })).await, ["NOT_FOUND id"]);
    let off = json!({ "id": id, "input": { "isActive": false } });
    owner.done("userUpdate", off, "").await;
    assert_eq!(owner.faults("userResetPassword", json!({ "id": id })).await, ["NOT_ALLOWED id"]);
    assert_eq!(mailbox.waiting(), 0);
}

#[tokio::test]
async fn an_address_changes_when_its_mail_was_read() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let acme = app.anonymous("acme");
    let member = app.sign_in("acme", "member").await;
    ask(&acme, "member@acme.test").await;
    let reset = mailbox.next().await.token();
    let arguments = change(" Ada@example.org ", PASSWORD);
    let asked = member.done("userChangeEmail", arguments, "user { email }").await;
    assert_eq!(asked["user"]["email"], "member@acme.test", "not yet");
    let (mail, notice) = (mailbox.next().await, mailbox.next().await);
    assert_eq!((mail.to.as_str(), notice.to.as_str()), ("Ada@example.org", "member@acme.test"));
    let link = "http://acme.localhost:8000/email-change#token=eml_";
    assert!(mail.link().starts_with(link), "{}", mail.link());
    assert!(!notice.raw.contains("eml_"), "{}", notice.raw);
    assert!(!opens(&app, "ada@example.org", PASSWORD).await);

    assert_eq!(confirm(&app.anonymous("globex"), &mail.token()).await, TOKEN);
    assert!(confirm(&acme, &mail.token()).await.is_empty());
    let viewer = member.gql("{ viewer { email username version } }").await.data();
    let expected = json!({ "email": "Ada@example.org", "username": "member", "version": 2 });
    assert_eq!(viewer["viewer"], expected, "the session goes on");
    assert!(opens(&app, "ada@example.org", PASSWORD).await);
    assert_eq!(confirm(&acme, &mail.token()).await, TOKEN, "it works once");
    assert_eq!(choose(&acme, &reset, NEW).await, TOKEN, "what the old address got is void");
}

#[tokio::test]
async fn who_signs_in_with_the_address_goes_on_doing_so() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let input = json!({ "input": { "email": "bob@example.org", "password": PASSWORD } });
    owner.done("userCreate", input, "").await;
    let bob = app.anonymous("acme").sign_in("bob@example.org", PASSWORD).await;
    bob.done("userChangeEmail", change("rob@example.org", PASSWORD), "").await;
    let token = mailbox.next().await.token();
    assert!(confirm(&app.anonymous("acme"), &token).await.is_empty());
    let viewer = bob.gql("{ viewer { email username } }").await.data();
    let expected = json!({ "email": "rob@example.org", "username": "rob@example.org" });
    assert_eq!(viewer["viewer"], expected);
}

#[tokio::test]
async fn an_address_changes_only_for_who_knows_the_password_and_to_a_free_one() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let member = app.sign_in("acme", "member").await;
    for (email, password, expected) in [
        ("ada@example.org", "wrong", "INVALID input.currentPassword"),
        ("", PASSWORD, "REQUIRED input.newEmail"),
        ("ada", PASSWORD, "INVALID input.newEmail"),
        ("MEMBER@acme.test", PASSWORD, "INVALID input.newEmail"),
        ("OWNER@acme.test", PASSWORD, "TAKEN input.newEmail"),
    ] {
        let found = member.faults("userChangeEmail", change(email, password)).await;
        assert_eq!(found, [expected], "{email}");
    }
    let arguments = || change("ada@example.org", PASSWORD);
    let anonymous = app.anonymous("acme");
    assert_eq!(anonymous.refusal("userChangeEmail", arguments()).await, "UNAUTHENTICATED");
    let operator = app.operator().await;
    assert_eq!(operator.refusal("userChangeEmail", arguments()).await, "FORBIDDEN");
    assert_eq!(mailbox.waiting(), 0, "what was refused sent no mail");

    member.done("userChangeEmail", arguments(), "").await;
    let token = mailbox.next().await.token();
    let input = json!({ "input": { "email": "ada@example.org", "password": PASSWORD } });
    app.sign_in("acme", "owner").await.done("userCreate", input, "").await;
    assert_eq!(confirm(&anonymous, &token).await, ["TAKEN input.token"], "somebody was faster");
}
