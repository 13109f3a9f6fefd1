//! Signing in: who gets tokens, where, and how often it may be tried. What becomes of a session is
//! in `sessions`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::kit::{me, text};
use crate::support::database::PASSWORD;
use crate::support::{Answer, Caller, TestApp};

pub async fn sign_in(caller: &Caller, input: Value) -> Answer {
    let selection = "accessToken refreshToken expiresIn user { email } operator { email }";
    caller.mutate("tokenCreate", json!({ "input": input }), selection).await
}

/// What a refusal tells, without what differs from request to request.
fn refusal(answer: &Answer) -> (u16, String, String, bool) {
    let message = answer.text("/errors/0/message");
    (answer.status.as_u16(), answer.code(), message, answer.is_empty())
}

#[tokio::test]
async fn address_or_user_name_and_password_get_tokens() {
    let app = TestApp::new().await;
    let acme = app.anonymous("acme");
    for input in [
        json!({ "email": "member@acme.test", "password": PASSWORD }),
        json!({ "email": "MEMBER@Acme.Test", "password": PASSWORD }),
        json!({ "username": "member", "password": PASSWORD }),
        json!({ "username": "Member", "password": PASSWORD }),
        json!({ "username": "member", "email": null, "password": PASSWORD }),
        json!({ "username": "member", "password": PASSWORD, "tenant": "acme" }),
        json!({ "username": "member", "password": PASSWORD, "tenant": "t_acme" }),
    ] {
        let answer = sign_in(&acme, input.clone()).await;
        let payload = answer.data()["tokenCreate"].clone();
        assert_eq!(payload["user"]["email"], "member@acme.test", "{input}: {payload}");
        assert_eq!((&payload["operator"], &payload["expiresIn"]), (&Value::Null, &json!(900)));
        let caller = acme.with_token(&text(&payload["accessToken"]));
        let viewer = caller.gql("{ viewer { email lastSignInAt } }").await.data();
        assert_eq!(viewer["viewer"]["email"], "member@acme.test");
        assert!(viewer["viewer"]["lastSignInAt"].is_string());
        assert!(text(&payload["refreshToken"]).starts_with("rt_"));
    }
    let sessions = "SELECT count(*) FROM \"t_acme\".sessions WHERE revoked_at IS NULL";
    assert_eq!(app.value(sessions).await, "7", "each sign-in is a session of its own");
}

#[tokio::test]
async fn whoever_is_refused_learns_nothing_about_why() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = me(&app.sign_in("acme", "manager").await).await;
    let inactive = json!({ "id": id, "input": { "isActive": false } });
    owner.done("userUpdate", inactive, "").await;
    app.sql("UPDATE \"t_acme\".users SET password_hash = NULL WHERE username = 'member'").await;
    let acme = app.anonymous("acme");
    let wrong = sign_in(&acme, json!({ "email": "owner@acme.test", "password": "wrong" })).await;
    let expected = refusal(&wrong);
    assert_eq!((expected.0, expected.1.as_str(), expected.3), (200, "UNAUTHENTICATED", true));
    for input in [
        json!({ "email": "nobody@acme.test", "password": PASSWORD }),
        json!({ "email": "owner", "password": PASSWORD }),
        json!({ "username": "owner@acme.test", "password": PASSWORD }),
        json!({ "email": "owner@globex.test", "password": PASSWORD }),
        json!({ "email": "admin@taruvi.test", "password": PASSWORD }),
        json!({ "email": "manager@acme.test", "password": PASSWORD }),
        json!({ "username": "member", "password": PASSWORD }),
        json!({ "username": "owner", "password": PASSWORD.to_uppercase() }),
        json!({ "username": "owner", "password": format!("{PASSWORD} ") }),
        json!({ "username": "owner", "password": format!("{PASSWORD}\u{0}") }),
        json!({ "username": "owner' OR '1'='1", "password": PASSWORD }),
        json!({ "username": "%", "password": PASSWORD }),
        json!({ "username": "owner", "password": "x".repeat(100_000) }),
    ] {
        assert_eq!(refusal(&sign_in(&acme, input.clone()).await), expected, "{input}");
    }
    let platform = app.anonymous("localhost");
    for input in [
        json!({ "email": "owner@acme.test", "password": PASSWORD }),
        json!({ "email": "owner@acme.test", "password": PASSWORD, "tenant": "globex" }),
        json!({ "email": "owner@acme.test", "password": PASSWORD, "tenant": "nobody" }),
        json!({ "email": "admin@taruvi.test", "password": PASSWORD, "tenant": "acme" }),
        json!({ "email": "admin@taruvi.test", "password": "wrong" }),
    ] {
        assert_eq!(refusal(&sign_in(&platform, input.clone()).await), expected, "{input}");
    }
}

#[tokio::test]
async fn nobody_learns_from_the_time_it_takes_who_is_there() {
    let app = TestApp::new().await;
    let (acme, platform) = (app.anonymous("acme"), app.anonymous("localhost"));
    let cases = [
        (&acme, json!({ "email": "owner@acme.test", "password": "wrong" })),
        (&acme, json!({ "email": "nobody@acme.test", "password": "wrong" })),
        (&platform, json!({ "email": "nobody@taruvi.test", "password": "wrong" })),
        (&platform, json!({ "email": "x@acme.test", "password": "wrong", "tenant": "acme" })),
        (&platform, json!({ "email": "x@acme.test", "password": "wrong", "tenant": "nobody" })),
    ];
    // By turns, so that whatever else the machine does falls on all of them.
    let mut shortest = [Duration::MAX; 5];
    for _ in 0..8 {
        for ((caller, input), shortest) in cases.iter().zip(&mut shortest) {
            let begun = Instant::now();
            assert_eq!(sign_in(caller, input.clone()).await.code(), "UNAUTHENTICATED");
            *shortest = begun.elapsed().min(*shortest);
        }
    }
    let wrong = shortest[0];
    assert!(shortest.iter().all(|s| *s * 3 > wrong), "{shortest:?}");
}

#[tokio::test]
async fn input_that_names_nobody_is_told_by_field() {
    let app = TestApp::new().await;
    let acme = app.anonymous("acme");
    let long = |n: usize| "x".repeat(n);
    for (input, expected) in [
        (json!({ "password": PASSWORD }), vec!["REQUIRED input.email"]),
        (json!({ "email": null, "username": null, "password": "x" }), vec!["REQUIRED input.email"]),
        (
            json!({ "email": "owner@acme.test", "username": "owner", "password": PASSWORD }),
            vec!["INVALID input.username"],
        ),
        (json!({ "email": "", "password": "x" }), vec!["REQUIRED input.email"]),
        (json!({ "username": " ", "password": "x" }), vec!["REQUIRED input.username"]),
        (json!({ "email": "a\u{0}", "password": "x" }), vec!["INVALID input.email"]),
        (json!({ "email": long(255), "password": "x" }), vec!["TOO_LONG input.email"]),
        (json!({ "username": long(255), "password": "x" }), vec!["TOO_LONG input.username"]),
        (json!({ "email": "a@b.test", "password": "" }), vec!["REQUIRED input.password"]),
        (
            json!({ "email": "a@b.test", "password": "x", "tenant": "globex" }),
            vec!["NOT_ALLOWED input.tenant"],
        ),
        (
            json!({ "email": "a@b.test", "password": "x", "tenant": "Robert'); DROP" }),
            vec!["INVALID input.tenant"],
        ),
    ] {
        let found = acme.faults("tokenCreate", json!({ "input": input })).await;
        assert_eq!(found, expected, "{input}");
    }
    for field in ["tokenRefresh", "tokenRevoke"] {
        let input = json!({ "refreshToken": "x", "tenant": "globex" });
        let found = acme.faults(field, json!({ "input": input })).await;
        assert_eq!(found, ["NOT_ALLOWED input.tenant"], "{field}");
    }
    assert_eq!(
        acme.refusal("tokenCreate", json!({ "input": { "email": "a" } })).await,
        "BAD_USER_INPUT"
    );
}

#[tokio::test]
async fn at_the_platforms_host_the_input_says_where_to() {
    let app = TestApp::new().await;
    let platform = app.anonymous("localhost");
    for tenant in ["acme", "t_acme"] {
        let input = json!({ "username": "member", "password": PASSWORD, "tenant": tenant });
        let answer = sign_in(&platform, input).await;
        assert_eq!(answer.text("/data/tokenCreate/user/email"), "member@acme.test");
        let token = answer.text("/data/tokenCreate/accessToken");
        let refresh_token = answer.text("/data/tokenCreate/refreshToken");
        for (host, status) in
            [("localhost", 200), ("acme.localhost", 200), ("globex.localhost", 401)]
        {
            let answer = platform.at(host).with_token(&token).gql("{ viewer { email } }").await;
            assert_eq!(answer.status, status, "{host}");
            let expected = if status == 200 { json!("member@acme.test") } else { Value::Null };
            assert_eq!(answer.at("/data/viewer/email"), expected, "{host}");
        }
        let unnamed = json!({ "input": { "refreshToken": refresh_token } });
        assert_eq!(platform.refusal("tokenRefresh", unnamed).await, "UNAUTHENTICATED");
        let named = json!({ "input": { "refreshToken": refresh_token, "tenant": tenant } });
        platform.done("tokenRefresh", named, "").await;
    }
    let input = json!({ "email": "ADMIN@taruvi.test", "password": PASSWORD });
    let answer = sign_in(&platform, input).await;
    assert_eq!(answer.text("/data/tokenCreate/operator/email"), "admin@taruvi.test");
    assert_eq!(answer.at("/data/tokenCreate/user"), Value::Null);
    let operator = platform.with_token(&answer.text("/data/tokenCreate/accessToken"));
    let viewer =
        operator.gql("{ viewer { id } viewerOperator { email firstName isActive } }").await;
    let expected = json!({ "viewer": null,
        "viewerOperator": { "email": "admin@taruvi.test", "firstName": "Pia", "isActive": true } });
    assert_eq!(viewer.data(), expected);
    assert_eq!(operator.at("acme.localhost").gql("{ viewer { id } }").await.status, 401);
    let tasks = operator.gql("{ tasks { totalCount } }").await;
    assert_eq!((tasks.code().as_str(), tasks.is_empty()), ("FORBIDDEN", true));
}

/// Made with Django 5.2.19; see `auth`.
const OF_DJANGO: [&str; 2] = [
    "pbkdf2_sha256$1000$aVerySaltySalt22chars0$WRJ9xiuufcPNl+cngTttQXcPqIJXDaEsLgMmHdVc+/Y=",
    "bcrypt_sha256$$2b$04$Yqm6dmcNTm7a/Tx8alKJ6ubQxxMJmRWEIFLVfc5hH.wLXelVJpybi",
];

#[tokio::test]
async fn a_password_from_django_signs_in_and_is_hashed_anew() {
    let app = TestApp::new().await;
    let acme = app.anonymous("acme");
    for stored in OF_DJANGO {
        app.sql(&format!(
            "UPDATE \"t_acme\".users SET password_hash = '{stored}' WHERE username = 'member';
             UPDATE public.operators SET password_hash = '{stored}'"
        ))
        .await;
        let hash = "SELECT password_hash FROM \"t_acme\".users WHERE username = 'member'";
        let wrong = json!({ "username": "member", "password": PASSWORD });
        assert_eq!(sign_in(&acme, wrong).await.code(), "UNAUTHENTICATED");
        assert_eq!(app.value(hash).await, stored, "a wrong password changes nothing");
        for _ in 0..2 {
            acme.sign_in("member@acme.test", "Grün & Käse 42").await;
            let now = app.value(hash).await;
            assert!(now.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{now}");
        }
        let anew = app.value(hash).await;
        acme.sign_in("member@acme.test", "Grün & Käse 42").await;
        assert_eq!(app.value(hash).await, anew, "once is enough");
        app.anonymous("localhost").sign_in("admin@taruvi.test", "Grün & Käse 42").await;
        let operator = app.value("SELECT password_hash FROM public.operators").await;
        assert!(operator.starts_with("$argon2id$"), "{operator}");
    }
}
