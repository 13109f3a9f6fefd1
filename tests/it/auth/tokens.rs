//! Access tokens: what they say, how long they hold, and the header they come in.

use std::time::Duration;

use serde_json::json;
use taruvi::auth::tokens::{NewAccess, TokenSettings, Tokens, bearer};
use taruvi::auth::{Identity, Reason};
use taruvi::error::AppError;
use uuid::Uuid;

use super::{
    ED, ED_KID, LEEWAY, NOW, RSA, TTL, operator, parts, ring, secret_ring, settings, tenant_user,
    tokens, uuid,
};

#[test]
fn a_token_comes_back_as_the_identity_it_was_issued_for() {
    for ring in [secret_ring(), ring(&[ED]), ring(&[RSA])] {
        let tokens = tokens(ring);
        for who in [tenant_user(), operator()] {
            let (token, expires_at) = tokens.issue(&who, NOW).unwrap();
            let identity = tokens.verify(&token, NOW).unwrap();
            let NewAccess { realm, tenant, subject, session, .. } = who;
            assert_eq!(
                identity,
                Identity { realm, tenant, subject, session, expires_at, actor: None, client: None }
            );
            assert_eq!(expires_at, NOW + TTL);
        }
    }
}

#[test]
fn a_token_says_exactly_what_the_design_lists() {
    let tokens = tokens(ring(&[ED]));
    let (token, _) = tokens.issue(&tenant_user(), NOW).unwrap();
    let [header, mut payload] = parts(&token);
    assert_eq!(header, json!({ "alg": "EdDSA", "kid": ED_KID, "typ": "JWT" }));
    let jti = payload.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(jti.as_str().unwrap().parse::<Uuid>().unwrap().get_version_num(), 7);
    assert_eq!(
        payload,
        json!({
            "iss": "https://taruvi.test", "aud": "taruvi", "sub": uuid(2), "tenant": uuid(1),
            "realm": "tenant", "sid": uuid(3), "iat": NOW, "nbf": NOW, "exp": NOW + TTL,
            "scope": "all", "token_use": "access",
        })
    );
    let [_, platform] = parts(&tokens.issue(&operator(), NOW).unwrap().0);
    assert_eq!(platform.get("tenant"), None);
    let [_, again] = parts(&tokens.issue(&tenant_user(), NOW).unwrap().0);
    assert_ne!(again["jti"], jti);
}

#[test]
fn a_token_is_valid_from_its_issue_to_its_expiry_give_or_take_the_leeway() {
    let tokens = tokens(secret_ring());
    let (token, exp) = tokens.issue(&tenant_user(), NOW).unwrap();
    let at = |now| tokens.verify(&token, now).map(|_| ()).map_err(|e| e.reason());
    assert_eq!(at(NOW - LEEWAY - 1), Err(Reason::Lifetime), "issued in the future");
    assert_eq!(at(NOW - LEEWAY), Ok(()));
    assert_eq!(at(exp + LEEWAY - 1), Ok(()));
    assert_eq!(at(exp + LEEWAY), Err(Reason::Expired));
    assert_eq!(at(i64::MAX), Err(Reason::Expired));
    assert_eq!(at(i64::MIN), Err(Reason::Lifetime));
}

#[test]
fn what_would_not_be_accepted_is_not_issued() {
    let tokens = tokens(secret_ring());
    let lost = NewAccess { tenant: None, ..tenant_user() };
    let spy = NewAccess { tenant: Some(uuid(1)), ..operator() };
    let windy = NewAccess { scope: "x".repeat(4096), ..tenant_user() };
    for who in [lost, spy, windy] {
        assert!(matches!(tokens.issue(&who, NOW), Err(AppError::Internal(_))), "{who:?}");
    }
    let cases: [fn(&mut TokenSettings); 4] = [
        |s| s.issuer.clear(),
        |s| s.audience.clear(),
        |s| s.ttl = Duration::from_millis(999),
        |s| s.leeway = Duration::from_secs(6),
    ];
    for spoil in cases {
        let mut settings = settings();
        spoil(&mut settings);
        assert!(Tokens::new(secret_ring(), settings.clone()).is_err(), "{settings:?}");
    }
}

#[test]
fn rotated_keys_verify_until_they_are_taken_out() {
    let old = tokens(secret_ring());
    let (token, _) = old.issue(&tenant_user(), NOW).unwrap();
    let both = tokens(ring(&[ED, RSA]).and(secret_ring()));
    assert!(both.verify(&token, NOW).is_ok());
    let (new_token, _) = both.issue(&tenant_user(), NOW).unwrap();
    assert_eq!(parts(&new_token)[0]["alg"], "EdDSA", "the first key signs");
    let new = tokens(ring(&[ED]));
    assert!(new.verify(&new_token, NOW).is_ok());
    assert_eq!(new.verify(&token, NOW).unwrap_err().reason(), Reason::UnknownKey);
}

#[test]
fn a_refusal_says_nothing_but_that() {
    let refused = tokens(secret_ring()).verify("a.b.c", NOW).unwrap_err();
    assert_eq!(refused.to_string(), "the credentials do not hold");
    let error = AppError::from(refused);
    assert_eq!((error.code(), error.to_string()), ("UNAUTHENTICATED", refused.to_string()));
}

#[test]
fn the_authorization_header_is_one_bearer_token_or_refused() {
    let read = |header: &'static [u8]| bearer(Some(header)).map_err(|e| e.reason());
    assert_eq!(bearer(None), Ok(None));
    for header in ["Bearer a.b-c_d", "bearer a.b-c_d", "BEARER   a.b-c_d"] {
        assert_eq!(read(header.as_bytes()), Ok(Some("a.b-c_d")), "{header}");
    }
    assert_eq!(read(b"Bearer tvk_ab+/=="), Ok(Some("tvk_ab+/==")));
    let bad: [&'static [u8]; 16] = [
        b"",
        b" ",
        b"Bearer",
        b"Bearer ",
        b"Bearer =",
        b" Bearer a.b.c",
        b"a.b.c",
        b"Basic dXNlcjpwdw==",
        b"Bearers a.b.c",
        b"Bearer a.b.c d.e.f",
        b"Bearer a.b.c, Bearer d.e.f",
        b"Bearer a.b.c,d.e.f",
        b"Bearer\ta.b.c",
        b"Bearer a.b.c ",
        b"Bearer \"a.b.c\"",
        b"Bearer \xff\xfe",
    ];
    for header in bad {
        assert_eq!(read(header), Err(Reason::Authorization), "{}", header.escape_ascii());
    }
    let twice: [&[u8]; 2] = [b"Bearer a.b.c", b"Bearer a.b.c"];
    assert_eq!(bearer(twice).unwrap_err().reason(), Reason::Authorization);
}
