//! What the server's secret seals and fingerprints.

use taruvi::auth::vault::Vault;

use super::SECRET;

const OTHER: &[u8] = b"fedcba9876543210fedcba9876543210";

fn vault(first: &[u8], older: &[&[u8]]) -> Vault {
    Vault::new(first, older).unwrap()
}

#[test]
fn only_the_same_secret_purpose_and_context_open_what_was_sealed() {
    let vault_ = vault(SECRET, &[]);
    let sealed = vault_.seal("a purpose", b"row 1", b"plain text").unwrap();
    assert_eq!(vault_.open("a purpose", b"row 1", &sealed).unwrap(), b"plain text");
    assert!(!sealed.windows(5).any(|bytes| bytes == b"plain"));
    assert_ne!(sealed, vault_.seal("a purpose", b"row 1", b"plain text").unwrap());
    assert_eq!(vault_.open("another", b"row 1", &sealed), None);
    assert_eq!(vault_.open("a purpose", b"row 2", &sealed), None);
    assert_eq!(vault(OTHER, &[]).open("a purpose", b"row 1", &sealed), None);
    assert_eq!(vault_.open("a purpose", b"row 1", &sealed[..sealed.len() - 1]), None);
    assert_eq!(vault_.open("a purpose", b"row 1", b"short"), None);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(vault_.open("a purpose", b"row 1", &changed), None, "byte {at}");
    }
}

#[test]
fn an_older_secret_still_opens() {
    let sealed = vault(SECRET, &[]).seal("a purpose", b"", b"plain text").unwrap();
    let opened = vault(OTHER, &[SECRET]).open("a purpose", b"", &sealed);
    assert_eq!(opened.unwrap(), b"plain text");
}

#[test]
fn fingerprints_depend_on_secret_purpose_and_every_part() {
    let of = |vault: &Vault, purpose, parts: &[&[u8]]| vault.fingerprint(purpose, parts).unwrap();
    let (one, two) = (vault(SECRET, &[]), vault(OTHER, &[SECRET]));
    let first = of(&one, "a purpose", &[b"ab", b"c"]);
    assert_eq!(first, of(&one, "a purpose", &[b"ab", b"c"]));
    assert_ne!(first, of(&one, "a purpose", &[b"a", b"bc"]));
    assert_ne!(first, of(&one, "another", &[b"ab", b"c"]));
    assert_ne!(first, of(&two, "a purpose", &[b"ab", b"c"]));
}

#[test]
fn short_secrets_are_refused_and_none_is_shown() {
    assert!(Vault::new(&SECRET[..31], &[]).is_err());
    assert!(Vault::new(SECRET, &[&OTHER[..31]]).is_err());
    assert_eq!(format!("{:?}", vault(SECRET, &[])), "Vault(…)");
}
