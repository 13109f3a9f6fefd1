//! The second factor: from the secret to the sign-in, and all that must not get past it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::kit::{me, soon, text};
use crate::support::database::PASSWORD;
use crate::support::{Answer, Caller, TestApp};

const SIGNED_IN: &str = "accessToken refreshToken nextStep challenge user { email }";

/// What the app shows at a time.
fn code_at(secret: &str, seconds: i64) -> String {
    let secret = Secret::try_from_base32(secret).expect("base32");
    let app = Builder::new().with_secret(secret).build().expect("a good secret");
    app.generate(u64::try_from(seconds).expect("after 1970")).to_string()
}

/// What the app shows now.
pub fn code(app: &TestApp, secret: &str) -> String {
    code_at(secret, app.app.clock.now().timestamp())
}

/// A period later: no code works twice.
fn wait(app: &TestApp) {
    app.app.clock.advance(TimeDelta::seconds(30));
}

fn password() -> Value {
    json!({ "input": { "currentPassword": PASSWORD } })
}

/// Sets up a second factor; its secret and the codes on paper.
pub async fn enroll(app: &TestApp, caller: &Caller) -> (String, Vec<String>) {
    let begun = caller.done("totpEnroll", password(), "secret otpauthUri").await;
    let secret = text(&begun["secret"]);
    let input = json!({ "input": { "code": code(app, &secret) } });
    let confirmed = caller.done("totpConfirm", input, "recoveryCodes").await;
    let codes = confirmed["recoveryCodes"].as_array().expect("codes").iter().map(text).collect();
    wait(app);
    (secret, codes)
}

/// The first step of signing in.
async fn begin(app: &TestApp, account: &str) -> Value {
    let input = json!({ "email": format!("{account}@acme.test"), "password": PASSWORD });
    let acme = app.anonymous("acme");
    acme.done("tokenCreate", json!({ "input": input }), SIGNED_IN).await
}

/// The second step, with a code or a recovery code.
async fn finish(caller: &Caller, challenge: &str, field: &str, code: &str) -> Answer {
    let query = format!(
        "mutation($input: TokenCreateTotpInput!) {{ tokenCreateTotp(input: $input) {{
            {SIGNED_IN} userErrors {{ code field }} }} }}"
    );
    let input = json!({ "input": { "challenge": challenge, (field): code } });
    caller.gql_with(&query, input).await
}

async fn challenge(app: &TestApp, account: &str) -> String {
    text(&begin(app, account).await["challenge"])
}

#[tokio::test]
async fn a_code_finishes_the_sign_in() {
    let app = TestApp::new().await;
    let (member, other) =
        (app.sign_in("acme", "member").await, app.sign_in("acme", "member").await);
    let begun = member.done("totpEnroll", password(), "secret otpauthUri").await;
    let (secret, uri) = (text(&begun["secret"]), text(&begun["otpauthUri"]));
    assert!(uri.starts_with("otpauth://totp/acme%20Ltd:member%40acme.test?"), "{uri}");
    assert!(uri.contains(&format!("secret={secret}")), "{uri}");
    let standing = "{ viewerSecondFactor { isEnabled isRequired recoveryCodesLeft } }";
    let no = json!({ "isEnabled": false, "isRequired": false, "recoveryCodesLeft": 0 });
    assert_eq!(member.gql(standing).await.data()["viewerSecondFactor"], no);
    assert_eq!(begin(&app, "member").await["nextStep"], Value::Null, "not confirmed, not asked");

    let (secret, codes) = enroll(&app, &member).await;
    assert_eq!(codes.len(), 10);
    let yes = json!({ "isEnabled": true, "isRequired": false, "recoveryCodesLeft": 10 });
    assert_eq!(member.gql(standing).await.data()["viewerSecondFactor"], yes);
    assert_eq!(other.gql(standing).await.status, 401, "sessions without a second factor end");

    let step = begin(&app, "member").await;
    assert_eq!(step["nextStep"], "TOTP_REQUIRED");
    assert_eq!(
        (&step["accessToken"], &step["refreshToken"], &step["user"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let waiting = text(&step["challenge"]);
    assert!(waiting.starts_with("sgn_"), "{waiting}");
    let acme = app.anonymous("acme");
    assert_eq!(acme.with_token(&waiting).gql("{ viewer { id } }").await.status, 401);
    let done = finish(&acme, &waiting, "code", &code(&app, &secret)).await;
    let payload = done.data()["tokenCreateTotp"].clone();
    assert_eq!(payload["user"]["email"], "member@acme.test");
    assert_eq!(payload["nextStep"], Value::Null);
    let member = acme.with_token(&text(&payload["accessToken"]));
    assert_eq!(
        member.gql("{ viewer { email } }").await.text("/data/viewer/email"),
        "member@acme.test"
    );
    let kept = app.value("SELECT encode(secret, 'escape') FROM t_acme.second_factors").await;
    assert!(!kept.contains(&secret), "the secret is encrypted");
    wait(&app);
    let again = finish(&acme, &waiting, "code", &code(&app, &secret)).await;
    assert_eq!(again.code(), "UNAUTHENTICATED", "a challenge works once");
}

#[tokio::test]
async fn no_code_works_twice_too_late_or_for_another() {
    let app = TestApp::new().await;
    let acme = app.anonymous("acme");
    let (secret, _) = enroll(&app, &app.sign_in("acme", "member").await).await;
    let (others, _) = enroll(&app, &app.sign_in("acme", "manager").await).await;
    wait(&app);
    let now = app.app.clock.now().timestamp();
    let good = code_at(&secret, now);
    assert!(finish(&acme, &challenge(&app, "member").await, "code", &good).await.code().is_empty());
    let refused = async |wrong: &str, why: &str| {
        let waiting = challenge(&app, "member").await;
        let answer = finish(&acme, &waiting, "code", wrong).await;
        assert_eq!((answer.code().as_str(), answer.is_empty()), ("UNAUTHENTICATED", true), "{why}");
    };
    refused(&good, "used").await;
    refused(&code_at(&secret, now - 30), "of a period before one that was used").await;
    refused(&code_at(&secret, now + 90), "of the future").await;
    refused(&code_at(&others, now), "somebody else's").await;
    for wrong in ["", "x", "12345", "1234567", "１２３４５６", "\u{0}", &"1".repeat(10_000)] {
        refused(wrong, wrong).await;
    }
    wait(&app);
    app.app.clock.advance(TimeDelta::seconds(60));
    refused(&code_at(&secret, now + 30), "too late").await;
    let waiting = challenge(&app, "member").await;
    app.app.clock.advance(TimeDelta::seconds(301));
    let late = finish(&acme, &waiting, "code", &code(&app, &secret)).await;
    assert_eq!(late.code(), "UNAUTHENTICATED", "the challenge is over");
    let waiting = challenge(&app, "member").await;
    let elsewhere = finish(&app.anonymous("globex"), &waiting, "code", &code(&app, &secret)).await;
    assert_eq!(elsewhere.code(), "UNAUTHENTICATED", "another tenant");
    let platform =
        finish(&app.anonymous("localhost"), &waiting, "code", &code(&app, &secret)).await;
    assert_eq!(platform.code(), "UNAUTHENTICATED", "the platform");
    for wrong in ["", "sgn_", &format!("sgn_{}", "A".repeat(43)), &waiting.replace("sgn_", "inv_")]
    {
        let answer = finish(&acme, wrong, "code", &code(&app, &secret)).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{wrong}");
    }
    assert!(finish(&acme, &waiting, "code", &code(&app, &secret)).await.code().is_empty());
}

#[tokio::test]
async fn codes_cannot_be_tried_without_end() {
    let app = TestApp::new().await;
    let acme = app.anonymous("acme");
    let (secret, _) = enroll(&app, &app.sign_in("acme", "member").await).await;
    let waiting = challenge(&app, "member").await;
    for _ in 0..5 {
        assert_eq!(finish(&acme, &waiting, "code", "000000").await.code(), "UNAUTHENTICATED");
    }
    let right = finish(&acme, &waiting, "code", &code(&app, &secret)).await;
    assert_eq!(right.code(), "UNAUTHENTICATED", "five tries for a challenge");

    let limited = TestApp::beside_with(&app, &[("limits.enabled", "true")]).await;
    let there = limited.anonymous("acme");
    let mut codes = vec![];
    for _ in 0..3 {
        let waiting = challenge(&app, "member").await;
        for _ in 0..4 {
            codes.push(finish(&there, &waiting, "code", "000000").await.code());
        }
    }
    assert_eq!(codes.last().map(String::as_str), Some("RATE_LIMITED"), "{codes:?}");
}

#[tokio::test]
async fn a_code_on_paper_works_once() {
    let app = TestApp::new().await;
    let acme = app.anonymous("acme");
    let member = app.sign_in("acme", "member").await;
    let (secret, codes) = enroll(&app, &member).await;
    let shouted = codes[0].to_uppercase().replace('-', " ");
    let waiting = challenge(&app, "member").await;
    let done = finish(&acme, &waiting, "recoveryCode", &shouted).await;
    let payload = done.data()["tokenCreateTotp"].clone();
    assert_eq!(payload["user"]["email"], "member@acme.test");
    let waiting = challenge(&app, "member").await;
    for wrong in [codes[0].as_str(), "", "aaaa-aaaa-aaaa-aaaa"] {
        let answer = finish(&acme, &waiting, "recoveryCode", wrong).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{wrong}");
    }
    let left = "{ viewerSecondFactor { recoveryCodesLeft } }";
    assert_eq!(member.gql(left).await.data()["viewerSecondFactor"]["recoveryCodesLeft"], 9);
    let input = |field: &str, code: &str| json!({ "input": { "currentPassword": PASSWORD, (field): code } });
    let wrong = input("code", "000000");
    assert_eq!(member.faults("recoveryCodesRegenerate", wrong).await, ["INVALID input.code"]);
    let anew = input("code", &code(&app, &secret));
    let anew = member.done("recoveryCodesRegenerate", anew, "recoveryCodes").await;
    let anew: Vec<_> = anew["recoveryCodes"].as_array().expect("codes").iter().map(text).collect();
    assert_eq!(anew.len(), 10);
    let answer = finish(&acme, &waiting, "recoveryCode", &codes[1]).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED", "the old ones do not hold any more");
    assert!(finish(&acme, &waiting, "recoveryCode", &anew[1]).await.code().is_empty());
    let kept =
        app.value("SELECT count(*) FROM t_acme.recovery_codes WHERE length(hash) <> 32").await;
    assert_eq!(kept, "0", "kept as hashes");
}

#[tokio::test]
async fn a_second_factor_comes_and_goes_only_with_the_password() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let wrong = json!({ "input": { "currentPassword": "wrong" } });
    let bad_password = ["INVALID input.currentPassword"];
    assert_eq!(member.faults("totpEnroll", wrong).await, bad_password);
    let code_only = |code: &str| json!({ "input": { "code": code } });
    assert_eq!(member.faults("totpConfirm", code_only("000000")).await, ["NOT_ALLOWED"]);
    member.done("totpEnroll", password(), "").await;
    assert_eq!(member.faults("totpConfirm", code_only("000000")).await, ["INVALID input.code"]);
    let (secret, codes) = enroll(&app, &member).await;
    assert_eq!(member.faults("totpEnroll", password()).await, ["NOT_ALLOWED"], "there is one");
    let input = |password: &str, more: Value| {
        let mut input = json!({ "currentPassword": password });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "input": input })
    };
    let good = || json!({ "code": code(&app, &secret) });
    for (arguments, expected) in [
        (input("wrong", good()), "INVALID input.currentPassword"),
        (input(PASSWORD, json!({ "code": "000000" })), "INVALID input.code"),
        (input(PASSWORD, json!({ "recoveryCode": "x" })), "INVALID input.recoveryCode"),
        (input(PASSWORD, json!({})), "REQUIRED input.code"),
        (
            input(PASSWORD, json!({ "code": "1", "recoveryCode": "2" })),
            "INVALID input.recoveryCode",
        ),
    ] {
        for field in ["totpDisable", "recoveryCodesRegenerate"] {
            assert_eq!(member.faults(field, arguments.clone()).await, [expected], "{arguments}");
        }
    }
    let with_paper = input(PASSWORD, json!({ "recoveryCode": codes[0] }));
    member.done("totpDisable", with_paper, "userId").await;
    assert_eq!(begin(&app, "member").await["nextStep"], Value::Null);
    let again = input(PASSWORD, good());
    assert_eq!(member.faults("totpDisable", again).await, ["INVALID input.code"], "there is none");
}

#[tokio::test]
async fn owners_take_away_what_somebody_has_lost() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let member = app.sign_in("acme", "member").await;
    let id = json!({ "id": me(&member).await });
    assert_eq!(owner.faults("userRemoveSecondFactor", id.clone()).await, ["NOT_ALLOWED"]);
    enroll(&app, &member).await;
    let manager = app.sign_in("acme", "manager").await;
    assert_eq!(manager.refusal("userRemoveSecondFactor", id.clone()).await, "FORBIDDEN");
    let other = app.sign_in("globex", "owner").await;
    assert_eq!(other.faults("userRemoveSecondFactor", id.clone()).await, ["NOT_FOUND id"]);
    assert_eq!(begin(&app, "member").await["nextStep"], "TOTP_REQUIRED");
    owner.done("userRemoveSecondFactor", id, "user { email }").await;
    assert_eq!(member.gql("{ viewer { id } }").await.status, 401);
    assert_eq!(begin(&app, "member").await["nextStep"], Value::Null);
}

#[tokio::test]
async fn who_needs_a_second_factor_can_do_nothing_else_first() {
    let app = TestApp::new().await;
    let there = TestApp::beside(&app).await;
    let owner = app.sign_in("acme", "owner").await;
    let manager = app.sign_in("acme", "manager").await;
    let member = app.sign_in("acme", "member").await;
    let elsewhere = there.anonymous("acme").with_token(manager.token.as_deref().expect("a token"));
    let tasks = "{ tasks { totalCount } }";
    assert_eq!(elsewhere.gql(tasks).await.code(), "");
    let demand = |roles: Value| json!({ "input": { "requireTotpForRoles": roles } });
    for caller in [&manager, &member] {
        let refused = caller.refusal("securityPolicyUpdate", demand(json!([]))).await;
        assert_eq!(refused, "FORBIDDEN");
        assert_eq!(
            caller.gql("{ securityPolicy { requireTotpForRoles } }").await.code(),
            "FORBIDDEN"
        );
    }
    let roles = "securityPolicy { requireTotpForRoles }";
    let set =
        owner.done("securityPolicyUpdate", demand(json!(["MANAGER", "MANAGER"])), roles).await;
    assert_eq!(set["securityPolicy"]["requireTotpForRoles"], json!(["MANAGER"]));

    // Whoever is signed in already, too, in every process.
    let answer = manager.gql(tasks).await;
    assert_eq!(answer.code(), "FORBIDDEN");
    let why = answer.text("/errors/0/message");
    assert!(why.contains("second factor") && why.contains("totpEnroll"), "{why}");
    let limited = async || elsewhere.gql(tasks).await.code() == "FORBIDDEN";
    soon("the other process knows", limited).await;
    assert_eq!(member.gql(tasks).await.code(), "", "other roles do not need one");
    assert_eq!(owner.gql(tasks).await.code(), "");

    let step = begin(&app, "manager").await;
    assert_eq!(step["nextStep"], "TOTP_ENROLLMENT_REQUIRED");
    let manager = app.anonymous("acme").with_token(&text(&step["accessToken"]));
    let standing = "{ viewerSecondFactor { isEnabled isRequired } }";
    let expected = json!({ "isEnabled": false, "isRequired": true });
    assert_eq!(manager.gql(standing).await.data()["viewerSecondFactor"], expected);
    let own =
        json!({ "input": { "currentPassword": PASSWORD, "newPassword": "another password" } });
    assert_eq!(manager.refusal("userChangePassword", own).await, "FORBIDDEN");
    let made = json!({ "input": { "name": "x" } });
    assert_eq!(manager.refusal("projectCreate", made).await, "FORBIDDEN");
    let (secret, _) = enroll(&app, &manager).await;
    assert_eq!(manager.gql(tasks).await.code(), "", "at once");
    let waiting = challenge(&app, "manager").await;
    let done = finish(&app.anonymous("acme"), &waiting, "code", &code(&app, &secret)).await;
    assert_eq!(done.data()["tokenCreateTotp"]["nextStep"], Value::Null);

    owner.done("securityPolicyUpdate", demand(json!(["OWNER", "MEMBER"])), "").await;
    assert_eq!(owner.gql(tasks).await.code(), "FORBIDDEN", "owners are no exception");
    enroll(&app, &owner).await;
    owner.done("securityPolicyUpdate", demand(json!([])), "").await;
    assert_eq!(member.gql(tasks).await.code(), "");
    let query = "{ securityPolicy { requireTotpForRoles } }";
    assert_eq!(owner.gql(query).await.data()["securityPolicy"]["requireTotpForRoles"], json!([]));
}
