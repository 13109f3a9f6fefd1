//! Who is calling: keys, access tokens, refresh tokens, passwords. No database.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use taruvi::auth::keys::KeyRing;
use taruvi::auth::password::{Check, Passwords, policy};
use taruvi::auth::refresh::RefreshToken;
use taruvi::auth::tokens::{NewAccess, TokenSettings, Tokens, bearer};
use taruvi::auth::{Identity, Realm, Reason};
use taruvi::error::AppError;
use uuid::Uuid;

const NOW: i64 = 1_800_000_000;
const TTL: i64 = 900;
const LEEWAY: i64 = 5;
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

// ---- Access tokens

#[test]
fn a_token_comes_back_as_the_identity_it_was_issued_for() {
    for ring in [secret_ring(), ring(&[ED]), ring(&[RSA])] {
        let tokens = tokens(ring);
        for who in [tenant_user(), operator()] {
            let (token, expires_at) = tokens.issue(&who, NOW).unwrap();
            let identity = tokens.verify(&token, NOW).unwrap();
            let NewAccess { realm, tenant, subject, session, .. } = who;
            assert_eq!(identity, Identity { realm, tenant, subject, session, expires_at });
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

/// Every way we know to make a token that is not ours, in one table.
#[test]
fn forged_tokens_are_refused() {
    let tokens = tokens(ring(&[ED, RSA]).and(secret_ring()));
    let accepts = |token: &str| tokens.verify(token, NOW).map(|_| ()).map_err(|e| e.reason());
    for signer in [Signer::ed(), Signer::rsa(), Signer::secret()] {
        assert_eq!(accepts(&signer.token(&signer.header(), &claims())), Ok(()), "the forger works");
    }
    let mut forged = forged_signatures();
    forged.extend(forged_headers());
    forged.extend(forged_claims());
    forged.extend(forged_shapes());
    assert!(forged.len() >= 100, "only {}", forged.len());
    for (name, token, reason) in &forged {
        assert_eq!(accepts(token), Err(*reason), "{name}: {token:.200}");
    }
}

type Forged = (String, String, Reason);

fn forged_signatures() -> Vec<Forged> {
    let mut all = Vec::new();
    let mut add = |name: &str, token: String, reason| all.push((name.to_owned(), token, reason));
    let signers = [Signer::ed(), Signer::rsa(), Signer::secret()];
    for own in &signers {
        let token = own.token(&own.header(), &claims());
        let (message, signature) = token.rsplit_once('.').unwrap();
        add("no signature", format!("{message}."), Reason::Signature);
        add("cut signature", token[..token.len() - 4].to_owned(), Reason::Signature);
        add("longer signature", format!("{token}AAAA"), Reason::Signature);
        add("padded signature", format!("{token}="), Reason::Signature);
        let mut flipped = URL_SAFE_NO_PAD.decode(signature).unwrap();
        flipped[7] ^= 1;
        add("bit flipped", format!("{message}.{}", encode(&flipped)), Reason::Signature);
        let zeros = encode(&vec![0; flipped.len()]);
        add("zero signature", format!("{message}.{zeros}"), Reason::Signature);
        let (header, _) = message.split_once('.').unwrap();
        let mut other = claims();
        other["sub"] = json!(uuid(9));
        let tampered = format!("{header}.{}.{signature}", encode(other.to_string().as_bytes()));
        add("tampered payload", tampered, Reason::Signature);
        let mut other = claims();
        other["tenant"] = json!(uuid(9));
        let tampered = format!("{header}.{}.{signature}", encode(other.to_string().as_bytes()));
        add("tampered tenant", tampered, Reason::Signature);
        let spaced = encode(own.header().to_string().replace(':', ": ").as_bytes());
        let (_, payload) = message.split_once('.').unwrap();
        add("tampered header", format!("{spaced}.{payload}.{signature}"), Reason::Signature);
        for thief in signers.iter().filter(|thief| thief.kid != own.kid) {
            let token = thief.token(&own.header(), &claims());
            add("signed with another of our keys", token, Reason::Signature);
            let header = json!({ "alg": thief.alg, "kid": own.kid, "typ": "JWT" });
            add("algorithm of another key", thief.token(&header, &claims()), Reason::Algorithm);
        }
    }
    let stranger = Signer { key: ed_key(OTHER_ED), ..Signer::ed() };
    add("stranger's key", stranger.token(&stranger.header(), &claims()), Reason::Signature);
    let guess = Signer { key: EncodingKey::from_secret(b"secret"), ..Signer::secret() };
    add("guessed secret", guess.token(&guess.header(), &claims()), Reason::Signature);
    let empty = Signer { key: EncodingKey::from_secret(b""), ..Signer::secret() };
    add("empty secret", empty.token(&empty.header(), &claims()), Reason::Signature);
    all.extend(public_keys_as_secrets());
    all
}

/// The classic: sign HS256 with a public key, in each form it is published in.
fn public_keys_as_secrets() -> Vec<Forged> {
    let mut all = Vec::new();
    for (own, public) in [(Signer::ed(), ED_PUBLIC), (Signer::rsa(), RSA_PUBLIC)] {
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{public}\n-----END PUBLIC KEY-----\n");
        let der = STANDARD.decode(public.replace('\n', "")).unwrap();
        let jwk = own.jwk();
        let jwk_member = jwk.get("x").or(jwk.get("n")).unwrap().as_str().unwrap();
        let raw = URL_SAFE_NO_PAD.decode(jwk_member).unwrap();
        let forms: [&[u8]; 6] = [
            pem.as_bytes(),
            pem.trim_end().as_bytes(),
            &der,
            &raw,
            jwk_member.as_bytes(),
            own.kid.as_bytes(),
        ];
        for secret in forms {
            let thief = Signer { key: EncodingKey::from_secret(secret), ..Signer::secret() };
            let header = json!({ "alg": "HS256", "kid": own.kid, "typ": "JWT" });
            let name = format!("HS256 with the public key of {}", own.alg);
            all.push((name.clone(), thief.token(&header, &claims()), Reason::Algorithm));
            all.push((name, thief.token(&own.header(), &claims()), Reason::Signature));
        }
    }
    all
}

fn forged_headers() -> Vec<Forged> {
    let mut all = Vec::new();
    let own = Signer::ed();
    let mut add = |name: String, header: &Value, reason| {
        all.push((name, own.token(header, &claims()), reason));
    };
    for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "HS512", "RS256", "ES256", "eddsa"] {
        let header = json!({ "alg": alg, "kid": own.kid, "typ": "JWT" });
        add(format!("alg {alg:?}"), &header, Reason::Algorithm);
    }
    for kid in ["", "../../../../dev/null", "/etc/passwd", "' OR 1=1 --", "*", "9de05da172a2c15e"] {
        let header = json!({ "alg": "EdDSA", "kid": kid, "typ": "JWT" });
        add(format!("kid {kid:?}"), &header, Reason::UnknownKey);
    }
    for kid in [json!(null), json!(0), json!([own.kid]), json!({ "kid": own.kid })] {
        let header = json!({ "alg": "EdDSA", "kid": kid, "typ": "JWT" });
        add(format!("kid {kid}"), &header, Reason::Header);
    }
    for gone in ["alg", "kid", "typ"] {
        let mut header = own.header();
        header.as_object_mut().unwrap().remove(gone);
        add(format!("no {gone}"), &header, Reason::Header);
    }
    let url = json!("https://evil.test/key");
    let members = [
        ("jwk", Signer { key: ed_key(OTHER_ED), ..Signer::ed() }.jwk()),
        ("jku", url.clone()),
        ("x5u", url.clone()),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("iss", url),
        ("typ", json!("at+jwt")),
        ("typ", json!("JWE")),
    ];
    for (member, value) in members {
        let mut header = own.header();
        header[member] = value;
        add(format!("header {member}"), &header, Reason::Header);
    }
    add("header is an array".into(), &json!(["EdDSA", own.kid, "JWT"]), Reason::Header);
    add("header is a text".into(), &json!("EdDSA"), Reason::Header);
    let twice = format!(r#"{{"alg":"none","alg":"EdDSA","kid":"{}","typ":"JWT"}}"#, own.kid);
    all.push(("alg twice".into(), own.raw(&twice, &claims().to_string()), Reason::Header));
    let unsigned = |alg| json!({ "alg": alg, "typ": "JWT", "kid": own.kid }).to_string();
    for alg in ["none", "None", "NONE"] {
        let token = format!("{}.{}.", encode(unsigned(alg).as_bytes()), encode_json(&claims()));
        all.push((format!("unsigned, {alg}"), token, Reason::Algorithm));
    }
    all
}

/// Rightly signed: what a thief could get from another service, or a mistake of ours.
fn forged_claims() -> Vec<Forged> {
    let mut all = Vec::new();
    let own = Signer::secret();
    let mut add = |name: String, payload: &Value, reason| {
        all.push((name, own.token(&own.header(), payload), reason));
    };
    let needed = ["iss", "aud", "sub", "realm", "sid", "jti", "iat", "nbf", "exp", "token_use"];
    for gone in needed {
        let mut payload = claims();
        payload.as_object_mut().unwrap().remove(gone);
        add(format!("no {gone}"), &payload, Reason::Claims);
        for wrong in [json!(null), json!([]), json!({}), json!(true)] {
            payload[gone] = wrong.clone();
            add(format!("{gone} {wrong}"), &payload, Reason::Claims);
        }
    }
    for (claim, value, reason) in changed_claims() {
        let mut payload = claims();
        payload[claim] = value.clone();
        add(format!("{claim} {value}"), &payload, reason);
    }
    let mut payload = claims();
    payload.as_object_mut().unwrap().remove("tenant");
    add("realm tenant without tenant".into(), &payload, Reason::Tenant);
    payload["tenant"] = json!(null);
    add("realm tenant with null".into(), &payload, Reason::Tenant);
    let values: Vec<Value> = claims().as_object().unwrap().values().cloned().collect();
    add("payload is an array".into(), &Value::Array(values), Reason::Claims);
    let text = claims().to_string();
    let twice = format!(r#"{{"exp":{},{}"#, NOW + 60, &text[1..]);
    let after = format!("{text} {{}}");
    let cut = text[..text.len() - 1].to_owned();
    for (name, payload) in [("exp twice", twice), ("two objects", after), ("cut JSON", cut)] {
        let token = own.raw(&own.header().to_string(), &payload);
        all.push((name.into(), token, Reason::Claims));
    }
    let token = own.raw(&own.header().to_string(), "");
    all.push(("no payload".into(), token, Reason::Claims));
    all
}

fn changed_claims() -> Vec<(&'static str, Value, Reason)> {
    vec![
        ("iss", json!("https://evil.test"), Reason::Issuer),
        ("iss", json!("https://taruvi.test/"), Reason::Issuer),
        ("iss", json!("https://TARUVI.test"), Reason::Issuer),
        ("aud", json!("another-service"), Reason::Audience),
        ("aud", json!(["taruvi", "another-service"]), Reason::Claims),
        ("token_use", json!("refresh"), Reason::Use),
        ("token_use", json!("id"), Reason::Use),
        ("token_use", json!("ACCESS"), Reason::Use),
        ("realm", json!("platform"), Reason::Tenant),
        ("realm", json!("root"), Reason::Claims),
        ("realm", json!("Tenant"), Reason::Claims),
        ("tenant", json!("acme"), Reason::Claims),
        ("tenant", json!(7), Reason::Claims),
        ("tenant", json!(""), Reason::Claims),
        ("sub", json!("1"), Reason::Claims),
        ("sub", json!("0 OR 1=1"), Reason::Claims),
        ("sid", json!("x"), Reason::Claims),
        ("jti", json!("x"), Reason::Claims),
        ("scope", json!(["all"]), Reason::Claims),
        ("exp", json!((NOW + 60).to_string()), Reason::Claims),
        ("exp", json!(1_800_000_060.5), Reason::Claims),
        ("exp", json!(1e300), Reason::Claims),
        ("exp", json!(u64::MAX), Reason::Claims),
        ("exp", json!(i64::MAX), Reason::Lifetime),
        ("exp", json!(i64::MIN), Reason::Lifetime),
        ("exp", json!(NOW), Reason::Lifetime),
        ("exp", json!(NOW + TTL + LEEWAY + 1), Reason::Lifetime),
        ("exp", json!(0), Reason::Lifetime),
        ("nbf", json!((NOW - 60).to_string()), Reason::Claims),
        ("nbf", json!(NOW + LEEWAY + 1), Reason::NotYetValid),
        ("nbf", json!(i64::MAX), Reason::NotYetValid),
        ("iat", json!(NOW.to_string()), Reason::Claims),
        ("iat", json!(NOW + LEEWAY + 1), Reason::Lifetime),
        ("iat", json!(i64::MIN), Reason::Lifetime),
    ]
}

fn forged_shapes() -> Vec<Forged> {
    let own = Signer::ed();
    let token = own.token(&own.header(), &claims());
    let standard = STANDARD.encode(own.header().to_string());
    let (_, rest) = token.split_once('.').unwrap();
    let garbage = "A".repeat(10_240);
    let long = own.raw(&own.header().to_string(), &format!("{{\"a\":\"{garbage}\"}}"));
    let cases = [
        ("empty", String::new(), Reason::Shape),
        ("no dots", "abc".into(), Reason::Shape),
        ("one dot", "abc.def".into(), Reason::Shape),
        ("dots only", "..".into(), Reason::Header),
        ("five parts (JWE)", "a.b.c.d.e".into(), Reason::Shape),
        ("a fourth part", format!("{token}.AAAA"), Reason::Shape),
        ("a space in front", format!(" {token}"), Reason::Shape),
        ("a line end behind", format!("{token}\n"), Reason::Signature),
        ("NUL", format!("\0{token}"), Reason::Shape),
        ("not ASCII", "ä.ö.ü".into(), Reason::Shape),
        ("padded header", format!("{standard}=.{rest}"), Reason::Shape),
        ("a refresh token", RefreshToken::generate().reveal(), Reason::Shape),
        ("10 KB without dots", garbage.clone(), Reason::TooLong),
        ("10 KB of dots", ".".repeat(10_240), Reason::TooLong),
        ("10 KB, signed", long, Reason::TooLong),
        ("deep JSON", own.raw(&"[".repeat(2000), "{}"), Reason::Header),
        ("deep JSON in the object", own.raw(&"{\"a\":".repeat(300), "{}"), Reason::Header),
    ];
    cases.into_iter().map(|(name, token, reason)| (name.to_owned(), token, reason)).collect()
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

// ---- Keys

#[test]
fn key_ids_follow_from_the_keys() {
    let kid = |tokens: &Tokens| {
        parts(&tokens.issue(&operator(), NOW).unwrap().0)[0]["kid"].as_str().unwrap().to_owned()
    };
    // python: sha256(b"taruvi-kid" + secret).hexdigest()[:16]
    assert_eq!(kid(&tokens(secret_ring())), "9de05da172a2c15d");
    // RFC 8037, appendix A.3
    assert_eq!(kid(&tokens(ring(&[ED]))), ED_KID);
}

#[test]
fn the_published_keys_are_the_public_ones_only() {
    let jwks = ring(&[ED, RSA]).and(secret_ring()).jwks();
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(
        keys[0],
        json!({
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "kid": ED_KID, "alg": "EdDSA", "use": "sig",
        })
    );
    let names: BTreeSet<&str> = keys[1].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["alg", "e", "kid", "kty", "n", "use"]));
    assert_eq!((&keys[1]["alg"], &keys[1]["e"]), (&json!("RS256"), &json!("AQAB")));
    assert_eq!(keys.len(), 2, "the secret is not there");
    assert_eq!(secret_ring().jwks(), json!({ "keys": [] }));
    let once = ring(&[ED]).and(ring(&[ED])).jwks();
    assert_eq!(once["keys"].as_array().unwrap().len(), 1);
}

#[test]
fn unfit_keys_are_refused_without_showing_them() {
    for secret in [&b""[..], &SECRET[..31]] {
        assert!(message(KeyRing::from_secret(secret)).contains("at least 32"));
    }
    assert!(message(KeyRing::from_pems(Vec::new())).contains("no signing key"));
    let public = format!("-----BEGIN PUBLIC KEY-----\n{RSA_PUBLIC}\n-----END PUBLIC KEY-----\n");
    let locked = pem(RSA).replace(" PRIVATE", " ENCRYPTED PRIVATE");
    let pkcs1 = pem(RSA).replace(" PRIVATE", " RSA PRIVATE");
    let cases = [
        (pem(RSA_1024), "2048 to 8192 bits"),
        (pem(&RSA.replacen("cd/D/", "cd/E/", 1)), "damaged"),
        (pem(EC), "neither an Ed25519 nor an RSA"),
        (public, "PKCS#8"),
        (locked, "PKCS#8"),
        (pkcs1, "PKCS#8"),
        (pem(ED) + &pem(RSA), "is not one"),
        (pem("AAAA"), "neither"),
        (pem(&RSA[..400]), "neither"),
        (String::new(), "PKCS#8"),
    ];
    for (bad, expected) in cases {
        let message = message(KeyRing::from_pems(vec![("keys/a.pem".into(), bad.clone().into())]));
        assert!(message.contains("keys/a.pem") && message.contains(expected), "{message}");
        assert!(!message.contains("MII") && !message.contains("MC4"), "{message}");
    }
}

#[test]
fn keys_and_tokens_do_not_show_in_debug() {
    let shown = format!("{:?}", tokens(ring(&[ED, RSA]).and(secret_ring())));
    assert!(shown.contains(ED_KID) && shown.contains("HS256 9de05da172a2c15d"), "{shown}");
    let all_three = ["0123456789abcdef", "48, 49, 50", "nWGxne", "redacted"];
    assert!(all_three.iter().all(|secret| !shown.contains(secret)), "{shown}");
    assert_eq!(format!("{:?}", RefreshToken::generate()), "RefreshToken(…)");
}

#[test]
fn the_development_key_is_made_once_and_kept_private() {
    let dir = Scratch::new();
    let file = dir.0.join("keys/dev.key");
    let (token, _) =
        tokens(KeyRing::load_or_create(&dir.0).unwrap()).issue(&operator(), NOW).unwrap();
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&dir.0.join("keys"))), (0o600, 0o700));
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(text.trim_end()).unwrap().len(), 32);
    assert_eq!(fs::read_dir(dir.0.join("keys")).unwrap().count(), 1, "nothing is left over");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let again = tokens(KeyRing::load_or_create(&dir.0).unwrap());
    assert!(again.verify(&token, NOW).is_ok(), "the same key");
    assert_eq!(mode(&file), 0o600, "made private again");

    for damaged in ["", "short", &format!("{text}{text}")] {
        fs::write(&file, damaged).unwrap();
        let message = message(KeyRing::load_or_create(&dir.0));
        assert!(message.contains("dev.key") && message.contains("damaged"), "{message}");
    }
}

#[test]
fn processes_that_start_together_share_one_development_key() {
    let dir = Scratch::new();
    let tokens: Vec<Tokens> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| tokens(KeyRing::load_or_create(&dir.0).unwrap())))
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let (token, _) = tokens[0].issue(&operator(), NOW).unwrap();
    assert!(tokens.iter().all(|other| other.verify(&token, NOW).is_ok()));
}

// ---- Refresh tokens

#[test]
fn refresh_tokens_have_exactly_one_form() {
    let token = RefreshToken::generate();
    let text = token.reveal();
    assert_eq!(RefreshToken::parse(&text).unwrap(), token);
    assert_ne!(RefreshToken::generate(), token);
    // python: sha256(text)
    let known = RefreshToken::parse("rt_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
    let hash: String = known.hash().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, "942a351a779e75e38fd8f6c566fc404966a449d4af13f2bbca3a85e53edb8335");

    let body = &text[3..];
    let bad = [
        String::new(),
        "rt_".into(),
        body.into(),
        format!("RT_{body}"),
        format!("rt-{body}"),
        format!("{text}="),
        format!("{text}A"),
        format!(" {text}"),
        format!("{text}\n"),
        text[..45].into(),
        format!("rt_{}", "!".repeat(43)),
        format!("rt_{}+", &body[..42]),
        format!("rt_{}B", "A".repeat(42)), // bits beyond the 256th
        format!("rt_{}ä", "A".repeat(41)),
        "A".repeat(10_240),
        format!("rt_{}", "A".repeat(10_240)),
        tokens(secret_ring()).issue(&operator(), NOW).unwrap().0,
    ];
    for text in bad {
        let refused = RefreshToken::parse(&text).unwrap_err();
        assert_eq!(refused.reason(), Reason::RefreshToken, "{text:.60}");
    }
}

// ---- Passwords

const PASSWORD: &str = "Grün & Käse 42";

#[tokio::test]
async fn a_password_verifies_against_its_own_hash_only() {
    let passwords = Passwords::default();
    let (one, other) = tokio::join!(passwords.hash(PASSWORD), passwords.hash(PASSWORD));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
    assert_ne!(one, other, "each has its own salt");
    let check = async |password: &str| passwords.verify(password, Some(&one)).await.unwrap();
    assert_eq!(check(PASSWORD).await, Check::Yes);
    let others = ["", "Grün & Käse 4", "grün & Käse 42", "Grün & Käse 42 ", "Grün & Käse 42\0"];
    for wrong in others {
        assert_eq!(check(wrong).await, Check::No, "{wrong:?}");
    }
    let long = "a".repeat(5000);
    let hash = passwords.hash(&long).await.unwrap();
    assert_eq!(passwords.verify(&long, Some(&hash)).await.unwrap(), Check::No, "longer than any");
}

/// Made with Django 5.2.19, argon2-cffi 25.1 and bcrypt 5.0, but for cheaper parameters.
#[tokio::test]
async fn the_passwords_of_django_verify_and_ask_for_a_new_hash() {
    let passwords = Passwords::default();
    let stored = [
        "pbkdf2_sha256$1000$aVerySaltySalt22chars0$WRJ9xiuufcPNl+cngTttQXcPqIJXDaEsLgMmHdVc+/Y=",
        "argon2$argon2id$v=19$m=102400,t=2,p=8$NkJ4S3pZZHUwd0xtZkpZTEE5ODc1ZA$\
         596cJcc/OE/PBv/gnc2SXlDwWq3hPrKk+1TRyLTTgqU",
        "argon2$argon2id$v=19$m=19456,t=2,p=1$Ym9ENk5NNXlSWkJoM2pOQW9MS1ZUQw$\
         APyq0qh0ok/50MzM+ZyUY5LvsCJ/1E2q0rN3zyI/GAE",
        "bcrypt_sha256$$2b$04$Yqm6dmcNTm7a/Tx8alKJ6ubQxxMJmRWEIFLVfc5hH.wLXelVJpybi",
        "bcrypt$$2b$04$0zRUh1Tw/6vDe0qRG6z0PuGugwKpSuIYEmydGhab3Ay8SUI4f4f/y",
        // ours, but weaker than what we make now
        "$argon2id$v=19$m=102400,t=2,p=8$NkJ4S3pZZHUwd0xtZkpZTEE5ODc1ZA$\
         596cJcc/OE/PBv/gnc2SXlDwWq3hPrKk+1TRyLTTgqU",
    ];
    for stored in stored {
        let right = passwords.verify(PASSWORD, Some(stored)).await.unwrap();
        assert_eq!(right, Check::YesRehash, "{stored}");
        let wrong = passwords.verify("Grün & Käse 43", Some(stored)).await.unwrap();
        assert_eq!(wrong, Check::No, "{stored}");
    }
    let new = passwords.hash(PASSWORD).await.unwrap();
    assert_eq!(passwords.verify(PASSWORD, Some(&new)).await.unwrap(), Check::Yes);
}

/// Each is a hash of the right password or looks like one; none may be believed, or panic.
#[tokio::test]
async fn weak_unknown_and_damaged_hashes_never_match() {
    let passwords = Passwords::default();
    let stored = [
        "",
        "!",
        "!Uar3WZ5sh9YH59dhEyBA8Gi4l8UsAeFjfcT9eCfi",
        "!pbkdf2_sha256$1000$aVerySaltySalt22chars0$WRJ9xiuufcPNl+cngTttQXcPqIJXDaEsLgMmHdVc+/Y=",
        PASSWORD,
        "md5$aVerySaltySalt22chars0$bf2fc7e947523dec00d49b78a3ded2b1",
        "sha1$salt$29dccb0e78b42bf93291d0f9e62fc3c43b80d572",
        "pbkdf2_sha1$1000$aVerySaltySalt22chars0$o8TQ9PLp7ovRQ3EfuKcjjz6xdTU=",
        "argon2$argon2i$v=19$m=1024,t=2,p=2$gtjZwWt1J/47kolN1ZkHug$\
         2guX/uR1C+rU5T8cs6f1wR3ktzeYdlOMSd7nKDpRebE",
        "scrypt$16384$aVerySaltySalt22chars0$8$5$iXdD+Yjmw8N3Vnq6lf/ZmWtjc4O",
        "plain$$Grün & Käse 42",
        "$2b$04$0zRUh1Tw/6vDe0qRG6z0PuGugwKpSuIYEmydGhab3Ay8SUI4f4f/y",
        "pbkdf2_sha256",
        "pbkdf2_sha256$",
        "pbkdf2_sha256$0$salt$AAAA",
        "pbkdf2_sha256$-1$salt$AAAA",
        "pbkdf2_sha256$4294967295$salt$AAAA",
        "pbkdf2_sha256$1000$salt",
        "pbkdf2_sha256$1000$salt$",
        "bcrypt$",
        "bcrypt$$2b$99$0zRUh1Tw/6vDe0qRG6z0PuGugwKpSuIYEmydGhab3Ay8SUI4f4f/y",
        "bcrypt$$2b$04$0zRUh1Tw",
        "bcrypt_sha256$$2b$04$ääääääääääääääääääääääääää1",
        "argon2$",
        "argon2$argon2id$",
        "argon2$argon2id$v=19$m=102400$AAAA$AAAA",
        "$argon2id$",
        "$argon2id$v=19$m=19456,t=2,p=1$Ym9ENk5NNXlSWkJoM2pOQW9MS1ZUQw",
        // right, but made to cost us more than we would spend
        "$argon2id$v=19$m=200000,t=1,p=1$+xluSzlaTxTc9Wb/Y/PyNQ$86DcvKazuHR1jHUCiyqR4w",
        "$argon2id$v=19$m=64,t=9,p=1$I6c9sZd7eT8oQ8/A301QEQ$eY2yDhjqXdn/ugzKH59Yag",
        "$argon2id$v=19$m=1024,t=2,p=17$6vt2exMo12Gl4g1HGNw2Jg$ZAruiP2sQv/r3kJFDZRUDg",
        "$argon2id$v=19$m=0,t=0,p=0$Ym9ENk5NNXlSWkJoM2pOQW9MS1ZUQw$\
         APyq0qh0ok/50MzM+ZyUY5LvsCJ/1E2q0rN3zyI/GAE",
    ];
    for stored in stored {
        let answer = passwords.verify(PASSWORD, Some(stored)).await;
        assert_eq!(answer.expect(stored), Check::No, "{stored}");
    }
    assert_eq!(passwords.verify(PASSWORD, None).await.unwrap(), Check::No);
}

#[tokio::test]
async fn an_unknown_account_is_not_answered_sooner_than_a_wrong_password() {
    let passwords = Passwords::default();
    let hash = passwords.hash(PASSWORD).await.unwrap();
    let long = "a".repeat(5000);
    let silent = [
        ("wrong", None),
        ("wrong", Some("!")),
        ("wrong", Some("md5$a$b")),
        ("wrong", Some("bcrypt$$2b$04$0zRUh1Tw")),
        ("wrong", Some("$argon2id$v=19$m=19456,t=2,p=1$Ym9ENk5NNXlSWkJoM2pOQW9MS1ZUQw")),
        (&long, Some(&hash)),
    ];
    for (password, stored) in silent {
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            assert_eq!(passwords.verify(password, stored).await.unwrap(), Check::No);
            fastest = fastest.min(start.elapsed());
        }
        // The hash takes 15 ms and more, the rest 50 us. Not compared with a measured time of a
        // wrong password: on a busy machine that is chance.
        assert!(fastest > Duration::from_millis(5), "{stored:?} took {fastest:?}");
    }
}

#[tokio::test]
async fn callers_that_go_away_do_not_lose_turns() {
    let passwords = Passwords::default();
    for _ in 0..6 {
        let _ = tokio::time::timeout(Duration::ZERO, passwords.hash(PASSWORD)).await;
    }
    passwords.hash(PASSWORD).await.unwrap();
}

#[test]
fn new_passwords_follow_the_policy() {
    let email = "Anna.Muster@example.com";
    let longest = "ü".repeat(128);
    for good in ["Grün & Käse 42", "xK3#vQ9!", "aaaaaaab", "anna.muster1", &longest] {
        assert_eq!(policy(good, email), Ok(()), "{good}");
    }
    let too_long = "ü".repeat(129);
    let bad = [
        ("", "at least 8"),
        ("Kurz12!", "at least 8"),
        ("äöüäöüä", "at least 8"),
        (&too_long, "at most 128"),
        ("Anna.Muster@example.com", "e-mail"),
        ("anna.muster@EXAMPLE.com", "e-mail"),
        ("ANNA.MUSTER", "e-mail"),
        ("Grün\0Käse 42", "NUL"),
        ("password", "common"),
        ("Password1", "common"),
        ("12345678", "common"),
        ("QwertyUiop", "common"),
        ("iloveyou", "common"),
    ];
    for (password, expected) in bad {
        let refused = policy(password, email).unwrap_err();
        assert!(refused.contains(expected), "{password:?}: {refused}");
    }
    assert_eq!(policy("xK3#vQ9!", ""), Ok(()), "no address, no rule about it");
}

// ---- Helpers

fn settings() -> TokenSettings {
    TokenSettings {
        issuer: "https://taruvi.test".into(),
        audience: "taruvi".into(),
        ttl: Duration::from_secs(TTL.unsigned_abs()),
        leeway: Duration::from_secs(LEEWAY.unsigned_abs()),
    }
}

fn tokens(ring: KeyRing) -> Tokens {
    Tokens::new(ring, settings()).unwrap()
}

fn secret_ring() -> KeyRing {
    KeyRing::from_secret(SECRET).unwrap()
}

fn ring(keys: &[&str]) -> KeyRing {
    let pems = keys.iter().map(|key| ("test".to_owned(), pem(key).into_bytes())).collect();
    KeyRing::from_pems(pems).unwrap()
}

fn tenant_user() -> NewAccess {
    NewAccess {
        realm: Realm::Tenant,
        tenant: Some(uuid(1)),
        subject: uuid(2),
        session: uuid(3),
        scope: "all".into(),
    }
}

fn operator() -> NewAccess {
    NewAccess { realm: Realm::Platform, tenant: None, ..tenant_user() }
}

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

/// Claims as we would write them.
fn claims() -> Value {
    json!({
        "iss": "https://taruvi.test", "aud": "taruvi", "sub": uuid(2), "tenant": uuid(1),
        "realm": "tenant", "sid": uuid(3), "jti": uuid(4), "iat": NOW, "nbf": NOW,
        "exp": NOW + TTL, "scope": "all", "token_use": "access",
    })
}

/// Signs whatever it is given: a forger who has, or does not have, one of our keys.
struct Signer {
    alg: &'static str,
    algorithm: Algorithm,
    kid: String,
    key: EncodingKey,
}

impl Signer {
    fn ed() -> Self {
        Self { alg: "EdDSA", algorithm: Algorithm::EdDSA, kid: ED_KID.into(), key: ed_key(ED) }
    }

    fn rsa() -> Self {
        let key = EncodingKey::from_rsa_pem(pem(RSA).as_bytes()).unwrap();
        let kid = ring(&[RSA]).jwks()["keys"][0]["kid"].as_str().unwrap().to_owned();
        Self { alg: "RS256", algorithm: Algorithm::RS256, kid, key }
    }

    fn secret() -> Self {
        let key = EncodingKey::from_secret(SECRET);
        Self { alg: "HS256", algorithm: Algorithm::HS256, kid: "9de05da172a2c15d".into(), key }
    }

    fn header(&self) -> Value {
        json!({ "alg": self.alg, "kid": self.kid, "typ": "JWT" })
    }

    fn token(&self, header: &Value, payload: &Value) -> String {
        self.raw(&header.to_string(), &payload.to_string())
    }

    fn raw(&self, header: &str, payload: &str) -> String {
        let message = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
        let signature = crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    fn jwk(&self) -> Value {
        let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        serde_json::to_value(jwk).unwrap()
    }
}

fn ed_key(body: &str) -> EncodingKey {
    EncodingKey::from_ed_pem(pem(body).as_bytes()).unwrap()
}

fn parts(token: &str) -> [Value; 2] {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    [(); 2].map(|()| serde_json::from_slice(&parts.next().unwrap()).unwrap())
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn encode_json(value: &Value) -> String {
    encode(value.to_string().as_bytes())
}

fn pem(body: &str) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
}

/// What the log would show of a failure to start.
fn message(result: Result<KeyRing, AppError>) -> String {
    match result.unwrap_err() {
        AppError::Internal(e) => format!("{e:#}"),
        other => panic!("{other}"),
    }
}

/// A directory that is gone after the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("taruvi-auth-{:016x}", rand::random::<u64>())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

// Keys made for these tests (`openssl genpkey`) and used nowhere else; the first is of RFC 8037.

const ED: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
const ED_KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const ED_PUBLIC: &str = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const OTHER_ED: &str = "MC4CAQAwBQYDK2VwBCIEIDYd18oKM0Dakzux3eSHQ9JT6o/XJFXe46qBieL3HIKN";
const EC: &str = "\
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5yVWlXQnYnD1J3XF
p7dRE6qaVKGeb2WYsa1YEALbB0ihRANCAAS/jYU2IUxzNpE0ND9MtACsG4L5gF8Z
5vhx/oZcvxZdlMYSzQ4dOd+px14herIdkuNczxw9lTCH+84Ii4iuHXHY";
const RSA: &str = "\
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCgPbMt8NyRu++1
cd/D/jDlCCHRvQ1JWeEsVO6WzE19eZrd+i1v4gwT5gN3gwb2ye8imtPw8rgoNi2Z
3E3ZvhyGED3GDuh0RK/fnpvD83vo+9U9zsBoui46WetHX3zj+kPFivilB4IRLQfN
uK9SPMyIX9ANQbr3Iq6pNVOuL7NYwGKSazf/0ypmU3ozEGSEHO4gCYMF6ei0TwG/
9gnh3WJH1elkOeBATLbsxpUVG4p4v96ApLgYx0/AXuGMfYorvJsoEkaPvaX5W8eP
cRGP/siOBeGbjpkyXSo6n+eWthbcHeB+DfpcBpUJtE5HzqMP7pTWZEnfxs+weohv
DyhXolcjAgMBAAECggEABy4Mj8PpliwWFwq1rIoAtdpx7XxrknxQ/xQFJsObu0IO
IuEZVRiLUv7s69d2oes1aFcIpRSzFLYsv+ajpFyE2arzoaK8Xq1PNhVcxGBuDmfu
S5kufOLOvHWX+bg5F9v4WmsaLgbSmKNsZJbgYC5yObAVWeq2jmlC6zkE+VqQziqq
eV4FoHBUADGUi5CfdGMXXymrsw2cB6y1mtVF5zcG8fpsUyBf7wOQOrhQ9Hqg2Sfr
H9RBuITe5GmGWoe74mAUNN8aEcYXVQqPd1saLGUEJ0Qx8IBIbleu/0UJrk2n2JRb
eEyhjeHHC6drTYiK053IA0/3h+gkJe5Zhsa0JCfhEQKBgQDMJyo2x+5eSok7JNxO
3bl3CkJAVNbLlIBrMsChSbiv2qygwQGVLICQdMR/bkC1hud4Xne+TguKxMi+g3aC
cTiomJxd7UNFJApa9V3ewhiUJXJueBIbVkMOVA+PvJJGdqSbP2i3XtCNjUUb6dQR
1Y9aFJfGXyanW0n0gt+Sg6SCkQKBgQDI76KO4xKolNSZiMMOSFGdVZbjbfa62WOu
yJaBRFPCbFgz+M/ZGdtMUrw9P6vx3PyCk2MyTZ/K+TJAJetm6wiVJx/eW8MenA0T
VpfAQHqfQ8zAcu4ih3wy63yDrFd/eWBVRZxtAhBrAaV4HTf0B/ks+YH9WHcBI8J5
lWxP93iwcwKBgQCW03CKnFbs7qBIQ8lHsuOsoLWllYhDS2k8yXgrMK3zrdjPwwgK
T6CEGOB7TNcdxZcJBLHutPYuBYhRyAosAL3dQTJ06i9Cy4ei/5fkVP2XpbrPBoJK
FAbidRQyGxzuVgTydXxFzRTDH1Wpc60rp92KraAb/HwwNG+E55OJSRynIQKBgA6k
qAwRsEJo1jV6KfzYeFom6qAYW2qyfPk31QAGorQAgU0ITN1dbQXa4az0/urZV+2M
ICaCUarRDkBugwE1D6MO/tuNhGKurKVEIjr4d/czUbCUr5YEmaB8WM6fuKCpj8On
Fwc6p0elDxH5zyIRkq8cX8S+ta13layWnxYUys7RAoGBAK+KWPsuMvXpz3Bodr1y
j6/KjLh3k3ug6jsWnRO6Pf4q+YnT4Bd33eThGTWZuT58yAujMbne6l74RUVNzMYW
qVtILf+DyBWCveLjZemk21OKsOsjynfHm6VfpQm77UCcWWZPmpCyxIS8n+FAU0wi
kylDgjycLr7ZmHKsM0t+GrO2";
const RSA_PUBLIC: &str = "\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoD2zLfDckbvvtXHfw/4w
5Qgh0b0NSVnhLFTulsxNfXma3fotb+IME+YDd4MG9snvIprT8PK4KDYtmdxN2b4c
hhA9xg7odESv356bw/N76PvVPc7AaLouOlnrR1984/pDxYr4pQeCES0HzbivUjzM
iF/QDUG69yKuqTVTri+zWMBikms3/9MqZlN6MxBkhBzuIAmDBenotE8Bv/YJ4d1i
R9XpZDngQEy27MaVFRuKeL/egKS4GMdPwF7hjH2KK7ybKBJGj72l+VvHj3ERj/7I
jgXhm46ZMl0qOp/nlrYW3B3gfg36XAaVCbROR86jD+6U1mRJ38bPsHqIbw8oV6JX
IwIDAQAB";
const RSA_1024: &str = "\
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAKVuIjFw+E93Ztb2
YL3RhMIr9mPXOyZWe6AJU4Y0dzx5TCdv/d4glv2m/+V2OieL+RfHu/phPUsEgg9Y
Qj9Y8WOgNt6pHUpS+uZWyWQLUBO2a8yyKHK1wf3uOTmagLoCOwOkhkn+3NvRm2Xf
5/MQL3lFqeteTGLHb3/+8bOnhsOXAgMBAAECgYBmI+nYvPeTmRVWBCkXChX+DUbD
vlA3C46o8Rkw85PrMrliYDNOwrB3THUTKDwfzrytghT+Mqu1dcMX1laQ5kmjStA/
5PZ/l5rsiNtBxwkHmI9H+mzsK39dzs0dp6NciPw0XJ1Ba6Vx1AjXLfxl3ZYzAY2r
PsYsfVidIRpsDO1dgQJBANuPxIgSE9j/vLjPmtmDHrH9dhaxHpMXKjWJ4a88j942
Bml8yPHRd7jG72fKAELs5iy33P7WZ6AT7+eYBTX62/MCQQDA4o4Z0Pqp/y922nCb
g1/m1F7YrT2CQK788XdewioQBdDWgns5ilgXpiGzNdA4e6mFQLqUmG2EQCpmKE0e
e1bNAkBkou4LDHYqdXW0I/wvDKmKHcn9tqtz8h83sP5PyuuKh6rCuR6FsGQ2voBH
S1B5XIpYHuJdsDqJJfpFZemlh1k/AkABNaqEeO4JgOMwUKBiKUnBrdVGcJexKGyw
g2cnPfp7jT3JCppxOu/gfhc6A31hzUy73DMPWYFeUfSyHVCWf1mFAkEAgiQiojGF
w260k1t7yCmVPj+M/Uwd7ZlaDgKfgXssXPQb7efDWFRkK2wK2tr1WqkI4GEfMLEL
AxzROV3hkGACkA==";
