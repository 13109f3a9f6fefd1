//! Cookies that hold a session, for pages: no script can read them. Which requests may use them is
//! decided in `http::cookies`.

use std::fmt::Write as _;

const MAX_SLOT: usize = 64;

/// Names one of the sessions that a browser may have at one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot(String);

impl Slot {
    /// 1 to 64 letters, digits and underscores.
    pub fn parse(text: &str) -> Option<Self> {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let good = (1..=MAX_SLOT).contains(&text.len()) && text.chars().all(known);
        good.then(|| Self(text.to_owned()))
    }
}

/// The cookies of one session: those that came with a request, and how new ones look.
#[derive(Debug, Clone)]
pub struct Jar {
    slot: Slot,
    /// Sent over TLS only, and to this host only, whatever its neighbours set.
    secure: bool,
    access: Option<String>,
    refresh: Option<String>,
}

impl Jar {
    /// Reads the slot's cookies out of `Cookie` headers.
    pub fn read<'a>(slot: Slot, secure: bool, headers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut jar = Self { slot, secure, access: None, refresh: None };
        let (access, refresh) = (jar.name("access"), jar.name("refresh"));
        for (name, value) in headers.into_iter().flat_map(pairs) {
            if name == access {
                jar.access = Some(value.to_owned());
            } else if name == refresh {
                jar.refresh = Some(value.to_owned());
            }
        }
        jar
    }

    /// The access token that came along.
    pub fn access(&self) -> Option<&str> {
        self.access.as_deref()
    }

    /// The refresh token that came along.
    pub fn refresh(&self) -> Option<&str> {
        self.refresh.as_deref()
    }

    /// `Set-Cookie` headers for a pair of tokens, each for as long as it lives, in seconds.
    pub fn fill(&self, access: (&str, i64), refresh: (&str, i64)) -> [String; 2] {
        [self.set("access", access.0, access.1), self.set("refresh", refresh.0, refresh.1)]
    }

    /// `Set-Cookie` headers that take both away.
    pub fn empty(&self) -> [String; 2] {
        [self.set("access", "", 0), self.set("refresh", "", 0)]
    }

    fn name(&self, which: &str) -> String {
        // Browsers take a name with this prefix only from the host itself and over TLS, for all of
        // its paths (RFC 6265bis, 4.1.3.2).
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}taruvi_{which}_{}", self.slot.0)
    }

    fn set(&self, which: &str, value: &str, seconds: i64) -> String {
        let mut cookie = format!("{}={value}", self.name(which));
        let _ = write!(cookie, "; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict");
        if self.secure {
            cookie.push_str("; Secure");
        }
        cookie
    }
}

fn pairs(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split(';').filter_map(|pair| pair.trim().split_once('='))
}
