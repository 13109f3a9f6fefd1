//! Invitations: from the mail to the new user, and all that may come between.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::kit::{soon, text};
use crate::support::database::PASSWORD;
use crate::support::{Caller, Mailbox, TestApp};

const NEW: &str = "a password of my own";
const STATE: &str = "status delivery";

/// Invites somebody; the invitation's id.
async fn invite(owner: &Caller, email: &str) -> String {
    let input = json!({ "input": { "email": email } });
    text(&owner.done("userInvite", input, "invitation { id }").await["invitation"]["id"])
}

fn answer(token: &str) -> Value {
    json!({ "input": { "token": token, "password": NEW } })
}

async fn read(caller: &Caller, id: &str, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ invitation(id: $id) {{ {selection} }} }}");
    caller.gql_with(&query, json!({ "id": id })).await.data()["invitation"].clone()
}

async fn delivery(caller: &Caller, id: &str, expected: &str) {
    let is = async || read(caller, id, "delivery").await["delivery"] == expected;
    soon(expected, is).await;
}

/// Sets how many users acme may have.
async fn set_seats(app: &TestApp, seats: i32) {
    let id = app.tenant("acme").await.id.to_string();
    let change = json!({ "id": id, "input": { "maxUsers": seats } });
    app.operator().await.done("tenantUpdate", change, "").await;
}

#[tokio::test]
async fn who_is_invited_becomes_a_user_with_a_password_of_their_own() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let input = json!({ "email": " Ada@Example.org ", "firstName": "Ada", "lastName": "Lovelace",
        "role": "MANAGER" });
    let selection = "invitation { id email firstName lastName role status delivery acceptedAt
        acceptedBy { id } createdBy { email } }";
    let invited = owner.done("userInvite", json!({ "input": input }), selection).await;
    let id = text(&invited["invitation"]["id"]);
    let expected = json!({ "id": id, "email": "Ada@Example.org", "firstName": "Ada",
        "lastName": "Lovelace", "role": "MANAGER", "status": "PENDING", "delivery": "QUEUED",
        "acceptedAt": null, "acceptedBy": null, "createdBy": { "email": "owner@acme.test" } });
    assert_eq!(invited["invitation"], expected);

    let mail = mailbox.next().await;
    assert_eq!((mail.to.as_str(), mail.from.as_str()), ("Ada@Example.org", "mail@taruvi.test"));
    assert_eq!(mail.header("Subject"), "Invitation to acme Ltd");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(mail.text().contains("Hello Ada,\n"), "{}", mail.text());
    assert!(mail.text().contains("owner acme invites you to acme Ltd."), "{}", mail.text());
    let link = "http://acme.localhost:8000/invitation#token=inv_";
    assert!(mail.link().starts_with(link), "{}", mail.link());
    assert!(mail.html().contains(&format!("<a href=\"{}\">", mail.link())), "{}", mail.html());
    delivery(&owner, &id, "SENT").await;

    let acme = app.anonymous("acme");
    let input = json!({ "token": mail.token(), "password": NEW, "username": "ada" });
    let selection = "user { id email username firstName lastName role isActive }";
    let user = acme.done("invitationAccept", json!({ "input": input }), selection).await;
    let user = &user["user"];
    let expected = json!({ "id": user["id"], "email": "Ada@Example.org", "username": "ada",
        "firstName": "Ada", "lastName": "Lovelace", "role": "MANAGER", "isActive": true });
    assert_eq!(*user, expected);
    acme.sign_in("ada@example.org", NEW).await;
    let after = read(&owner, &id, "status acceptedBy { id }").await;
    assert_eq!(after, json!({ "status": "ACCEPTED", "acceptedBy": { "id": user["id"] } }));
    let stored = app
        .value(
            "SELECT count(*) FROM t_acme.invitations WHERE token_hash =
        sha256(convert_to('inv_', 'UTF8')) OR length(token_hash) <> 32",
        )
        .await;
    assert_eq!(stored, "0", "the token is kept as a hash");
}

#[tokio::test]
async fn what_people_call_themselves_is_no_markup_in_a_mail() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = app.tenant("acme").await.id.to_string();
    let rename = json!({ "id": id, "input": { "name": "R&D <script>" } });
    app.operator().await.done("tenantUpdate", rename, "").await;
    let input =
        json!({ "email": "ada@example.org", "firstName": "<a href='//evil.test'>Ödön</a>" });
    owner.done("userInvite", json!({ "input": input }), "").await;
    let mail = mailbox.next().await;
    assert!(mail.text().contains("Hello <a href='//evil.test'>Ödön</a>,"), "{}", mail.text());
    let html = mail.html();
    assert!(html.contains("Hello &lt;a href=&#39;//evil.test&#39;&gt;Ödön&lt;/a&gt;,"), "{html}");
    assert!(!html.contains("<script") && !html.contains("evil.test'"), "{html}");
}

#[tokio::test]
async fn a_link_works_once_in_its_time_for_the_one_who_has_it() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let acme = app.anonymous("acme");
    let refused = ["INVALID input.token"];

    invite(&owner, "once@example.org").await;
    let token = mailbox.next().await.token();
    let elsewhere = app.anonymous("globex").faults("invitationAccept", answer(&token)).await;
    assert_eq!(elsewhere, refused, "another tenant");
    assert_eq!(
        app.anonymous("localhost").refusal("invitationAccept", answer(&token)).await,
        "WRONG_HOST"
    );
    // Of two endings at least one is not its own.
    let other = if token.ends_with("AA") { "BA" } else { "AA" };
    let changed = format!("{}{other}", &token[..token.len() - 2]);
    for wrong in [
        "",
        "x",
        "inv_",
        &token[4..],
        &changed,
        &format!("{token}A"),
        &"x".repeat(10_000),
        "inv_\u{0}",
        &token.replace("inv_", "rt_"),
    ] {
        assert_eq!(acme.faults("invitationAccept", answer(wrong)).await, refused, "{wrong}");
    }
    acme.done("invitationAccept", answer(&token), "").await;
    assert_eq!(acme.faults("invitationAccept", answer(&token)).await, refused, "twice");

    let id = invite(&owner, "again@example.org").await;
    let first = mailbox.next().await.token();
    owner.done("invitationResend", json!({ "id": id }), STATE_OF).await;
    let second = mailbox.next().await.token();
    assert_eq!(acme.faults("invitationAccept", answer(&first)).await, refused, "the older link");
    let revoked = owner.done("invitationRevoke", json!({ "id": id }), STATE_OF).await;
    assert_eq!(revoked["invitation"]["status"], "REVOKED");
    assert_eq!(acme.faults("invitationAccept", answer(&second)).await, refused, "taken back");
    for field in ["invitationResend", "invitationRevoke"] {
        assert_eq!(owner.faults(field, json!({ "id": id })).await, ["NOT_ALLOWED id"], "{field}");
    }

    let id = invite(&owner, "late@example.org").await;
    let token = mailbox.next().await.token();
    app.app.clock.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    let owner = app.sign_in("acme", "owner").await;
    assert_eq!(acme.faults("invitationAccept", answer(&token)).await, refused, "too late");
    assert_eq!(read(&owner, &id, "status").await["status"], "EXPIRED");
    let renewed = owner.done("invitationResend", json!({ "id": id }), STATE_OF).await;
    assert_eq!(renewed["invitation"]["status"], "PENDING");
    acme.done("invitationAccept", answer(&mailbox.next().await.token()), "").await;
}

const STATE_OF: &str = "invitation { status delivery }";

#[tokio::test]
async fn of_two_who_accept_at_the_same_time_one_becomes_a_user() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    invite(&owner, "twice@example.org").await;
    let token = answer(&mailbox.next().await.token());
    let acme = app.anonymous("acme");
    let (one, two) = tokio::join!(
        acme.mutate("invitationAccept", token.clone(), "user { id }"),
        acme.mutate("invitationAccept", token.clone(), "user { id }"),
    );
    let won =
        [one, two].iter().filter(|a| a.at("/data/invitationAccept/user/id").is_string()).count();
    assert_eq!(won, 1);
    let count = "SELECT count(*) FROM t_acme.users WHERE email = 'twice@example.org'";
    assert_eq!(app.value(count).await, "1");
}

#[tokio::test]
async fn invitations_take_seats_of_the_plan() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    set_seats(&app, 5).await; // three are taken
    let owner = app.sign_in("acme", "owner").await;
    let id = invite(&owner, "one@example.org").await;
    let token = mailbox.next().await.token();
    invite(&owner, "two@example.org").await;
    mailbox.next().await;
    let third = json!({ "input": { "email": "three@example.org" } });
    assert_eq!(owner.faults("userInvite", third.clone()).await, ["LIMIT_REACHED"]);
    owner.done("invitationResend", json!({ "id": id }), "").await;
    let again = mailbox.next().await.token();
    assert_ne!(token, again, "its own seat is no other's");

    // Somebody else may have taken the seat meanwhile.
    for email in ["four@acme.test", "five@acme.test"] {
        let input = json!({ "input": { "email": email, "password": PASSWORD } });
        owner.done("userCreate", input, "").await;
    }
    let acme = app.anonymous("acme");
    assert_eq!(acme.faults("invitationAccept", answer(&again)).await, ["LIMIT_REACHED"]);
    assert_eq!(read(&owner, &id, "status").await["status"], "PENDING", "nothing happened");
    set_seats(&app, 6).await;
    acme.done("invitationAccept", answer(&again), "").await;
}

#[tokio::test]
async fn an_address_is_invited_once_and_never_if_it_is_a_users() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let taken = ["TAKEN input.email"];
    for email in ["member@acme.test", "MEMBER@acme.test"] {
        let input = json!({ "input": { "email": email } });
        assert_eq!(owner.faults("userInvite", input).await, taken);
    }
    invite(&owner, "ada@example.org").await;
    let token = mailbox.next().await.token();
    let again = json!({ "input": { "email": "ADA@example.org" } });
    assert_eq!(owner.faults("userInvite", again.clone()).await, taken);
    let input = json!({ "email": "ada@example.org", "password": PASSWORD });
    owner.done("userCreate", json!({ "input": input }), "").await;
    let acme = app.anonymous("acme");
    assert_eq!(acme.faults("invitationAccept", answer(&token)).await, taken);

    invite(&owner, "bob@example.org").await;
    app.app.clock.advance(TimeDelta::days(8));
    let owner = app.sign_in("acme", "owner").await;
    let second = invite(&owner, "bob@example.org").await;
    let query = "{ invitations(search: \"BOB\", orderBy: [{ field: CREATED_AT }]) {
        totalCount nodes { id status } } }";
    let all = owner.gql(query).await;
    assert_eq!(all.column("invitations", "status"), ["REVOKED", "PENDING"]);
    assert_eq!(all.column("invitations", "id")[1], second);
    assert_eq!(mailbox_tokens(&mut mailbox, 2).await.len(), 2);
}

async fn mailbox_tokens(mailbox: &mut Mailbox, n: usize) -> Vec<String> {
    let mut tokens = vec![];
    for _ in 0..n {
        tokens.push(mailbox.next().await.token());
    }
    tokens
}

#[tokio::test]
async fn bad_input_is_told_by_field() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let long = |n: usize| "x".repeat(n);
    for (input, expected) in [
        (json!({ "email": "" }), "REQUIRED input.email"),
        (json!({ "email": "ada" }), "INVALID input.email"),
        (json!({ "email": "a@b.test\r\nBcc: c@d.test" }), "INVALID input.email"),
        (json!({ "email": "a@b.test", "firstName": long(151) }), "TOO_LONG input.firstName"),
        (json!({ "email": "a@b.test", "lastName": "a\nb" }), "INVALID input.lastName"),
    ] {
        let found = owner.faults("userInvite", json!({ "input": input })).await;
        assert_eq!(found, [expected], "{input}");
    }
    let id = invite(&owner, "ada@example.org").await;
    let token = mailbox.next().await.token();
    let acme = app.anonymous("acme");
    for (change, expected) in [
        (json!({ "password": "short" }), "INVALID input.password"),
        (json!({ "password": "Ada@example.org" }), "INVALID input.password"),
        (json!({ "password": "password123" }), "INVALID input.password"),
        (json!({ "username": "" }), "REQUIRED input.username"),
        (json!({ "username": "Member" }), "TAKEN input.username"),
        (json!({ "firstName": long(151) }), "TOO_LONG input.firstName"),
        (json!({ "lastName": "\u{0}" }), "INVALID input.lastName"),
    ] {
        let mut arguments = answer(&token);
        let input = arguments["input"].as_object_mut().unwrap();
        input.extend(change.as_object().unwrap().clone());
        assert_eq!(acme.faults("invitationAccept", arguments).await, [expected], "{change}");
    }
    assert_eq!(read(&owner, &id, STATE).await["status"], "PENDING");
    acme.done("invitationAccept", answer(&token), "").await;
    assert_eq!(mailbox.waiting(), 0, "what was refused sent no mail");
}

#[tokio::test]
async fn only_owners_invite_and_see_who_is_invited_in_their_tenant() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = invite(&owner, "ada@example.org").await;
    let token = mailbox.next().await.token();
    let list = "{ invitations { totalCount nodes { id } } }";
    let one = format!("{{ invitation(id: \"{id}\") {{ id }} }}");
    let invited = json!({ "input": { "email": "bob@example.org" } });
    for (caller, code) in [
        (app.sign_in("acme", "manager").await, "FORBIDDEN"),
        (app.sign_in("acme", "member").await, "FORBIDDEN"),
        (app.anonymous("acme"), "UNAUTHENTICATED"),
    ] {
        assert_eq!(caller.gql(list).await.code(), code);
        assert_eq!(caller.gql(&one).await.code(), code);
        assert_eq!(caller.refusal("userInvite", invited.clone()).await, code);
        for field in ["invitationResend", "invitationRevoke"] {
            assert_eq!(caller.refusal(field, json!({ "id": id })).await, code);
        }
    }
    let other = app.sign_in("globex", "owner").await;
    assert_eq!(other.gql(list).await.data()["invitations"]["totalCount"], 0);
    assert_eq!(other.gql(&one).await.data()["invitation"], Value::Null);
    for field in ["invitationResend", "invitationRevoke"] {
        assert_eq!(other.faults(field, json!({ "id": id })).await, ["NOT_FOUND id"]);
    }
    assert_eq!(mailbox.waiting(), 0);
    app.anonymous("acme").done("invitationAccept", answer(&token), "").await;
    let by_status = |status: &str| {
        format!(
            "{{ invitations(status: {status}, filter: {{ role: {{ eq: MEMBER }} }}) {{
            totalCount nodes {{ email }} }} }}"
        )
    };
    for (status, count) in [("ACCEPTED", 1), ("PENDING", 0), ("EXPIRED", 0), ("REVOKED", 0)] {
        let list = owner.gql(&by_status(status)).await;
        assert_eq!(list.data()["invitations"]["totalCount"], count, "{status}");
        assert_eq!(list.column("invitations", "email").len(), count, "{status}");
    }
}

#[tokio::test]
async fn a_mail_that_nobody_took_shows_and_can_be_sent_again() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    mailbox.refuse("ada@example.org");
    let id = invite(&owner, "ada@example.org").await;
    delivery(&owner, &id, "FAILED").await;
    mailbox.admit("ada@example.org");
    let renewed = owner.done("invitationResend", json!({ "id": id }), STATE_OF).await;
    assert_eq!(renewed["invitation"]["delivery"], "QUEUED");
    delivery(&owner, &id, "SENT").await;
    let token = mailbox.next().await.token();
    app.anonymous("acme").done("invitationAccept", answer(&token), "").await;

    let nobody = [("mail.host", "127.0.0.1"), ("mail.port", "1")];
    let app = TestApp::with(&nobody).await;
    let owner = app.sign_in("acme", "owner").await;
    let id = invite(&owner, "ada@example.org").await;
    delivery(&owner, &id, "FAILED").await;
}

#[tokio::test]
async fn a_mail_server_that_hangs_keeps_nobody_waiting() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port().to_string();
    let settings = [
        ("mail.host", "127.0.0.1"),
        ("mail.port", port.as_str()),
        ("mail.timeout", "1"),
        ("database.pool_size", "1"),
    ];
    let app = TestApp::with(&settings).await;
    let owner = app.sign_in("acme", "owner").await;
    let begun = Instant::now();
    let id = invite(&owner, "ada@example.org").await;
    for _ in 0..3 {
        assert_eq!(read(&owner, &id, STATE).await["delivery"], "QUEUED", "{:?}", begun.elapsed());
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    delivery(&owner, &id, "FAILED").await;
}

#[tokio::test]
async fn a_repeated_request_sends_one_mail() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let query = "mutation { userInvite(input: { email: \"ada@example.org\" }) {
        invitation { id } userErrors { code } } }";
    let mut ids = vec![];
    for _ in 0..2 {
        let request = owner.request(reqwest::Method::POST, "/graphql");
        let request = request.json(&json!({ "query": query })).header("idempotency-key", "once");
        ids.push(owner.send(request).await.text("/data/userInvite/invitation/id"));
    }
    assert_eq!(ids[0], ids[1]);
    mailbox.next().await;
    delivery(&owner, &ids[0], "SENT").await;
    assert_eq!(mailbox.waiting(), 0);
}

#[tokio::test]
async fn who_accepts_is_in_the_groups_of_the_invitation() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let mut groups = vec![];
    for name in ["Lawyers", "Night shift"] {
        let made = owner.done("groupCreate", json!({ "input": { "name": name } }), "group { id }");
        groups.push(text(&made.await["group"]["id"]));
    }
    let input = json!({ "email": "ada@example.org", "role": "GUEST",
        "groupIds": [groups[0], groups[1], groups[0]] });
    let selection = "invitation { role groups { name } }";
    let invited = owner.done("userInvite", json!({ "input": input }), selection).await;
    let names = json!([{ "name": "Lawyers" }, { "name": "Night shift" }]);
    assert_eq!(invited["invitation"], json!({ "role": "GUEST", "groups": names }));
    owner.done("groupDelete", json!({ "id": groups[1] }), "").await;
    let token = mailbox.next().await.token();
    app.anonymous("acme").done("invitationAccept", answer(&token), "").await;
    let ada = app.anonymous("acme").sign_in("ada@example.org", NEW).await;
    let viewer = ada.gql("{ viewer { role groups { name } } }").await.data();
    assert_eq!(viewer["viewer"], json!({ "role": "GUEST", "groups": [{ "name": "Lawyers" }] }));

    let gone = json!({ "email": "bob@example.org", "groupIds": [groups[1]] });
    let found = owner.faults("userInvite", json!({ "input": gone })).await;
    assert_eq!(found, ["NOT_FOUND input.groupIds"]);
}

#[tokio::test]
async fn nobody_invites_others_to_more_than_they_have() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    let owner = app.sign_in("acme", "owner").await;
    let add = "INSERT INTO t_acme.user_permissions SELECT id, p, 'all' FROM t_acme.users,
        unnest(ARRAY['invitations.add', 'invitations.change']) p WHERE username = 'manager'";
    app.sql(add).await;
    let manager = app.anonymous("acme").sign_in("manager@acme.test", PASSWORD).await;
    let of = |role: &str| json!({ "input": { "email": "ada@example.org", "role": role } });
    assert_eq!(manager.faults("userInvite", of("OWNER")).await, ["NOT_ALLOWED input.role"]);
    manager.done("userInvite", of("MEMBER"), "").await;
    mailbox.next().await;
    let input = json!({ "input": { "email": "bob@example.org", "role": "OWNER" } });
    let id = owner.done("userInvite", input, "invitation { id }").await;
    let id = json!({ "id": id["invitation"]["id"] });
    mailbox.next().await;
    assert_eq!(manager.faults("invitationResend", id).await, ["NOT_ALLOWED id"]);
    assert_eq!(mailbox.waiting(), 0);
}
