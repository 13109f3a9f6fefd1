//! Signing keys: their ids, what is published of them, and which are refused.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use taruvi::auth::keys::KeyRing;
use taruvi::auth::refresh::RefreshToken;
use taruvi::auth::tokens::Tokens;

use super::{
    EC, ED, ED_KID, NOW, RSA, RSA_1024, RSA_PUBLIC, SECRET, Scratch, message, operator, parts, pem,
    ring, secret_ring, tokens,
};

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
    let jwks = ring(&[ED, RSA]).and(secret_ring()).jwks(NOW);
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
    assert_eq!(secret_ring().jwks(NOW), json!({ "keys": [] }));
    let once = ring(&[ED]).and(ring(&[ED])).jwks(NOW);
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
