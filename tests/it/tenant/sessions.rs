//! Sessions: tokens that replace each other, end together, and end everywhere at once.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::kit::{soon, text};
use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};

const PAIR: &str = "accessToken refreshToken expiresIn user { email } operator { email }";

fn with(token: &str) -> Value {
    json!({ "input": { "refreshToken": token } })
}

fn token_of(caller: &Caller) -> String {
    caller.refresh_token.clone().expect("signed in")
}

/// The caller without their access token.
fn bare(caller: &Caller) -> Caller {
    let mut bare = caller.clone();
    bare.token = None;
    bare
}

/// The caller with the next pair of tokens.
async fn refresh(caller: &Caller) -> Caller {
    let bare = bare(caller);
    let pair = bare.done("tokenRefresh", with(&token_of(caller)), PAIR).await;
    assert_eq!(pair["expiresIn"], 900);
    let mut next = bare.with_token(&text(&pair["accessToken"]));
    next.refresh_token = Some(text(&pair["refreshToken"]));
    next
}

async fn status(caller: &Caller) -> u16 {
    caller.gql("{ viewer { id } viewerOperator { id } }").await.status.as_u16()
}

async fn refused(caller: &Caller, field: &str, token: &str) -> String {
    bare(caller).refusal(field, with(token)).await
}

#[tokio::test]
async fn a_refresh_token_is_good_once_for_the_next_pair() {
    let app = TestApp::new().await;
    for first in [app.sign_in("acme", "member").await, app.operator().await] {
        let second = refresh(&first).await;
        assert_ne!(token_of(&first), token_of(&second));
        assert_eq!((status(&first).await, status(&second).await), (200, 200));
        let third = refresh(&second).await;
        let fourth = refresh(&third).await;
        assert_eq!(status(&fourth).await, 200);
    }
}

#[tokio::test]
async fn a_used_refresh_token_ends_the_whole_session() {
    let app = TestApp::new().await;
    for first in [app.sign_in("acme", "member").await, app.operator().await] {
        let apart = first.clone();
        let second = refresh(&first).await;
        let third = refresh(&second).await;
        assert_eq!(status(&third).await, 200);
        assert_eq!(refused(&apart, "tokenRefresh", &token_of(&first)).await, "UNAUTHENTICATED");
        for caller in [&first, &second, &third] {
            assert_eq!(status(caller).await, 401, "the access tokens too");
            let code = refused(caller, "tokenRefresh", &token_of(caller)).await;
            assert_eq!(code, "UNAUTHENTICATED");
        }
    }
    // Other sessions of the same account go on.
    let (one, two) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "owner").await);
    let next = refresh(&one).await;
    refused(&one, "tokenRefresh", &token_of(&one)).await;
    assert_eq!((status(&next).await, status(&two).await), (401, 200));
    refresh(&two).await;
}

#[tokio::test]
async fn of_refreshes_at_the_same_time_exactly_one_wins() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    for round in 0..5 {
        let caller = app.sign_in("acme", "member").await;
        let there = other.anonymous("acme");
        let token = with(&token_of(&caller));
        let (one, two) = tokio::join!(
            caller.mutate("tokenRefresh", token.clone(), PAIR),
            there.mutate("tokenRefresh", token.clone(), PAIR),
        );
        let won = |a: &crate::support::Answer| a.at("/data/tokenRefresh/accessToken").is_string();
        assert!(won(&one) != won(&two), "{round}: {} {}", one.body, two.body);
        let (winner, loser) = if won(&one) { (one, two) } else { (two, one) };
        assert_eq!(loser.code(), "UNAUTHENTICATED");
        let token = winner.text("/data/tokenRefresh/accessToken");
        let winner = app.anonymous("acme").with_token(&token);
        soon("one of the two is a thief", async || status(&winner).await == 401).await;
    }
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let token = token_of(&member);
    let other = app.sign_in("globex", "member").await;
    let access = member.token.clone().unwrap();
    let mut changed = token.clone();
    let last = changed.pop().unwrap();
    changed.push(if last == 'A' { 'E' } else { 'A' });
    for wrong in [
        "",
        " ",
        "rt_",
        "x",
        &token[3..],
        &token[..token.len() - 1],
        &format!("{token}A"),
        &format!("{token}="),
        &format!(" {token}"),
        &token.to_uppercase(),
        &changed,
        &access,
        &token_of(&other),
        &token_of(&app.operator().await),
        "\u{0}",
        "😀",
        &"x".repeat(10_240),
        &format!("rt_{}", "A".repeat(43)),
        &format!("rt_{}", "A".repeat(10_240)),
    ] {
        for field in ["tokenRefresh", "tokenRevoke"] {
            let code = refused(&member, field, wrong).await;
            assert_eq!(code, "UNAUTHENTICATED", "{field} {wrong:?}");
        }
    }
    for wrong in [json!(1), json!(["x"])] {
        let input = json!({ "input": { "refreshToken": wrong } });
        assert_eq!(member.refusal("tokenRefresh", input).await, "BAD_USER_INPUT", "{wrong}");
    }
    for none in [json!({}), json!({ "refreshToken": null })] {
        let told = member.faults("tokenRefresh", json!({ "input": none })).await;
        assert_eq!(told, ["REQUIRED input.refreshToken"]);
    }
    let as_access = member.with_token(&token).gql("{ viewer { id } }").await;
    assert_eq!((as_access.status.as_u16(), as_access.code().as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!(status(&member).await, 200, "none of this ended the session");
    refresh(&member).await;
}

#[tokio::test]
async fn signing_out_takes_effect_at_once_in_every_process() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    for signed_in in [app.sign_in("acme", "member").await, app.operator().await] {
        let next = refresh(&signed_in).await;
        let host = if next.host == "localhost" { "localhost" } else { "acme" };
        let there = other.anonymous(host).with_token(next.token.as_deref().unwrap());
        assert_eq!((status(&next).await, status(&there).await), (200, 200));
        let revoked = next.done("tokenRevoke", with(&token_of(&next)), "revoked").await;
        assert_eq!(revoked["revoked"], true);
        for caller in [&signed_in, &next] {
            assert_eq!(status(caller).await, 401);
            let code = refused(caller, "tokenRefresh", &token_of(caller)).await;
            assert_eq!(code, "UNAUTHENTICATED");
        }
        soon("the other process knows", async || status(&there).await == 401).await;
    }
}

#[tokio::test]
async fn any_token_of_the_session_signs_out_and_none_of_another() {
    let app = TestApp::new().await;
    let (one, two) = (app.sign_in("acme", "member").await, app.sign_in("acme", "member").await);
    let next = refresh(&one).await;
    app.anonymous("acme").done("tokenRevoke", with(&token_of(&one)), "").await;
    assert_eq!((status(&next).await, status(&two).await), (401, 200));
    let again = bare(&next).done("tokenRevoke", with(&token_of(&next)), "revoked").await;
    assert_eq!(again["revoked"], true, "signing out twice is no mistake");
}

#[tokio::test]
async fn tokens_end_in_time() {
    let app = TestApp::new().await;
    for tenant in [true, false] {
        let first = if tenant { app.sign_in("acme", "member").await } else { app.operator().await };
        app.app.clock.advance(TimeDelta::seconds(890));
        assert_eq!(status(&first).await, 200);
        app.app.clock.advance(TimeDelta::seconds(16)); // and five seconds of leeway
        assert_eq!(status(&first).await, 401);
        let second = refresh(&first).await;
        assert_eq!(status(&second).await, 200);
        // A week for a refresh token; each use begins another week.
        app.app.clock.advance(TimeDelta::days(6));
        let third = refresh(&second).await;
        app.app.clock.advance(TimeDelta::days(6));
        let fourth = refresh(&third).await;
        assert_eq!(status(&fourth).await, 200);
        app.app.clock.advance(TimeDelta::seconds(604_801));
        let code = refused(&fourth, "tokenRefresh", &token_of(&fourth)).await;
        assert_eq!(code, "UNAUTHENTICATED");
    }
}

async fn verify(caller: &Caller, token: &str) -> Value {
    let input = json!({ "input": { "accessToken": token } });
    let mut payload = caller.done("tokenVerify", input, "isValid realm expiresAt").await;
    payload.as_object_mut().unwrap().remove("userErrors");
    payload
}

#[tokio::test]
async fn verification_says_what_a_token_is_good_for_here() {
    let app = TestApp::new().await;
    let (member, operator) = (app.sign_in("acme", "member").await, app.operator().await);
    let (of_member, of_operator) = (member.token.clone().unwrap(), operator.token.clone().unwrap());
    let (acme, platform) = (app.anonymous("acme"), app.anonymous("localhost"));
    let no = json!({ "isValid": false, "realm": null, "expiresAt": null });
    for (host, token, realm) in [
        (&acme, &of_member, Some("TENANT")),
        (&platform, &of_member, Some("TENANT")),
        (&platform, &of_operator, Some("PLATFORM")),
        (&acme, &of_operator, None),
        (&app.anonymous("globex"), &of_member, None),
        (&acme, &token_of(&member), None),
        (&acme, &String::new(), None),
        (&acme, &"x".repeat(10_240), None),
        (&acme, &format!("{of_member}x"), None),
        (&acme, &"😀.\u{0}.x".to_owned(), None),
    ] {
        let found = verify(host, token).await;
        assert_eq!(found["realm"], json!(realm), "{token}");
        assert_eq!(found["isValid"], realm.is_some(), "{token}");
        assert!(realm.is_some() || found == no, "{found}");
    }
    let until = verify(&acme, &of_member).await["expiresAt"].clone();
    let seconds = chrono::DateTime::parse_from_rfc3339(&text(&until)).unwrap().timestamp()
        - app.app.clock.now().timestamp();
    assert!((880..=900).contains(&seconds), "{until}");
    acme.done("tokenRevoke", with(&token_of(&member)), "").await;
    assert_eq!(verify(&acme, &of_member).await, no, "signed out");
    app.app.clock.advance(TimeDelta::seconds(906));
    assert_eq!(verify(&platform, &of_operator).await, no, "over");
}

#[tokio::test]
async fn tokens_of_a_tenant_that_is_closed_or_gone_are_good_for_nothing() {
    let app = TestApp::new().await;
    let id = app.add_tenant("victim").await.id.to_string();
    let (member, operator) = (app.sign_in("victim", "member").await, app.operator().await);
    let token = member.token.clone().unwrap();
    let platform = app.anonymous("localhost");
    assert_eq!(verify(&platform, &token).await["isValid"], true);
    let close = json!({ "id": id, "input": { "isActive": false } });
    operator.done("tenantUpdate", close, "").await;
    assert_eq!(verify(&platform, &token).await["isValid"], false);
    assert_eq!(
        platform.with_token(&token).gql("{ viewer { id } }").await.code(),
        "TENANT_INACTIVE"
    );
    let gone = json!({ "id": id, "confirmSchemaName": "t_victim" });
    operator.done("tenantDelete", gone, "").await;
    assert_eq!(verify(&platform, &token).await["isValid"], false);
    assert_eq!(platform.with_token(&token).gql("{ viewer { id } }").await.status, 401);
    let again = json!({ "username": "member", "password": PASSWORD, "tenant": "victim" });
    assert_eq!(platform.refusal("tokenCreate", json!({ "input": again })).await, "UNAUTHENTICATED");
}
