//! Access tokens that nobody issued, in every form that was ever accepted somewhere.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};
use taruvi::auth::Reason;
use taruvi::auth::refresh::RefreshToken;

use super::{
    ED, ED_PUBLIC, LEEWAY, NOW, OTHER_ED, RSA, RSA_PUBLIC, Signer, TTL, claims, ed_key, encode,
    encode_json, ring, secret_ring, tokens, uuid,
};

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
