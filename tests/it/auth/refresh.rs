//! Refresh tokens have exactly one form.

use taruvi::auth::Reason;
use taruvi::auth::refresh::RefreshToken;

use super::{NOW, operator, secret_ring, tokens};

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
