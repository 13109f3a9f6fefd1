//! Passwords: hashing and checking, off the async threads and two at a time, and the rules for
//! new ones. Counting failed attempts is not done here.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::error::{AppError, Result};

/// Each hash takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// A queue longer than this is an attack or an overload; better to say so.
const PATIENCE: Duration = Duration::from_secs(5);

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// The most a stored hash may cost us, whoever wrote it (Django's own: 102400, 2, 8).
const MAX_MEMORY_KIB: u32 = 131_072;
const MAX_PASSES: u32 = 8;
const MAX_LANES: u32 = 16;

const MIN_CHARACTERS: usize = 8;
const MAX_CHARACTERS: usize = 128;
/// Older passwords may be longer than the rule for new ones (Django's own limit).
const MAX_BYTES: usize = 4096;

const COMMON: &str = include_str!("common_passwords.txt");
/// What people put a number behind.
const COMMON_WORDS: &str = include_str!("common_words.txt");
/// How many digits and signs behind a word add nothing to it.
const MAX_TAIL: usize = 5;

/// Hashes and checks passwords, at most two at once in the whole process.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

/// Whether a password is the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    No,
    Yes,
    /// Yes, and the hash is of another kind than [`Passwords::hash`] makes: store a new one.
    YesRehash,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// A new argon2id hash with its own salt. The rules of [`policy`] are not checked again.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.in_turn(move || hash(&password)).await?
    }

    /// Takes as long for an account without a usable hash (`None`, `!…`, unknown kinds).
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<Check> {
        let password = password.to_owned();
        let stored = stored.map(str::to_owned);
        self.in_turn(move || check(&password, stored.as_deref())).await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| AppError::Unavailable(anyhow!("too many passwords wait to be checked")))?
            .map_err(|e| AppError::Internal(e.into()))?;
        // The turn moves into the work, which runs to its end even if the caller goes away.
        spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|e| AppError::Internal(anyhow!(e).context("checking a password")))
    }
}

/// The rules for a new password of somebody with these names (address, user name); the error
/// completes the sentence "The password …".
pub fn policy(password: &str, names: &[&str]) -> Result<(), &'static str> {
    let characters = password.chars().count();
    let folded = password.to_lowercase();
    if characters < MIN_CHARACTERS {
        Err("must have at least 8 characters")
    } else if characters > MAX_CHARACTERS {
        Err("must have at most 128 characters")
    } else if password.contains('\0') {
        Err("must not contain the character NUL")
    } else if names.iter().any(|name| is_name(&folded, name)) {
        Err("must not be the e-mail address or the user name")
    } else if is_common(&folded) {
        Err("is one of the most common passwords")
    } else {
        Ok(())
    }
}

/// Whether it is the name, or what stands before the `@` of an address.
fn is_name(password: &str, name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let local_part = name.rsplit_once('@').map_or(name.as_str(), |(local, _)| local);
    password == name || password == local_part
}

/// Whether it is on the list, or a word of the other list with some digits or signs behind it, or
/// written with those that look like letters.
fn is_common(password: &str) -> bool {
    let listed = |text: &str| COMMON.lines().any(|common| common == text);
    let word = password.trim_end_matches(|c: char| !c.is_alphabetic());
    let tail = password.chars().count() - word.chars().count();
    let known = |one: char| {
        let plain: String = word.chars().map(|c| plain_letter(c, one)).collect();
        listed(&plain) || COMMON_WORDS.split_whitespace().any(|common| common == plain)
    };
    listed(password) || (tail <= MAX_TAIL && (known('i') || known('l')))
}

/// The letter that a sign stands for in `p@ssw0rd`; a 1 may be two.
fn plain_letter(c: char, one: char) -> char {
    match c {
        '1' | '!' => one,
        '@' | '4' => 'a',
        '3' => 'e',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        c => c,
    }
}

fn hash(password: &str) -> Result<String> {
    let salt: [u8; SALT_BYTES] = rand::random();
    let hash = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES))
        .map_err(Error::from)
        .and_then(|params| {
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_with_salt(password.as_bytes(), &salt)
        })
        .map_err(|e| AppError::Internal(anyhow!(e).context("hashing a password")))?;
    Ok(hash.to_string())
}

fn check(password: &str, stored: Option<&str>) -> Check {
    let found = stored.filter(|_| password.len() <= MAX_BYTES).and_then(|stored| {
        match stored.strip_prefix("argon2$").or(stored.strip_prefix('$')) {
            Some(phc) => check_argon2(password, phc, stored.starts_with('$')),
            None => check_django(password, stored),
        }
    });
    found.unwrap_or_else(|| {
        // Nothing to compare with, but a quick answer would tell who has an account.
        let _ = hash(password);
        Check::No
    })
}

/// `phc` without its leading `$`. `None` when the hash cannot be used. Not left to djangohashers:
/// 1.8.4 computes argon2i whatever the hash says, so no argon2id hash of Django's passes there.
fn check_argon2(password: &str, phc: &str, ours: bool) -> Option<Check> {
    let phc = phc.starts_with("argon2id$").then(|| format!("${phc}"))?;
    let hash = PasswordHash::new(&phc).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
    let (salt, output) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    if m > MAX_MEMORY_KIB || t > MAX_PASSES || p > MAX_LANES {
        return None;
    }
    let current = ours
        && hash.version == Some(Version::V0x13.into())
        && (m, t, p) == (MEMORY_KIB, PASSES, LANES)
        && salt.len() >= SALT_BYTES
        && output.len() == HASH_BYTES;
    match Argon2::default().verify_password(password.as_bytes(), &hash) {
        Ok(()) => Some(if current { Check::Yes } else { Check::YesRehash }),
        Err(Error::PasswordInvalid) => Some(Check::No),
        Err(_) => None,
    }
}

/// `None` when the hash cannot be used, or is of a kind too weak to be believed.
fn check_django(password: &str, stored: &str) -> Option<Check> {
    let (kind, rest) = stored.split_once('$')?;
    let usable = match kind {
        // Zero rounds panic in the library.
        "pbkdf2_sha256" => rest.split('$').next()?.parse::<u32>().ok()? > 0,
        "bcrypt_sha256" | "bcrypt" => rest.len() == 60,
        _ => false,
    };
    let same = usable.then(|| djangohashers::check_password(password, stored).ok()).flatten()?;
    Some(if same { Check::YesRehash } else { Check::No })
}
