//! How text becomes a typed value. Hosts, networks and URLs have files of their own.

use std::{
    fmt::Display, net::IpAddr, num::NonZeroU32, ops::RangeInclusive, path::PathBuf, str::FromStr,
    time::Duration,
};

use super::{secret::Secret, setting::Secrecy};

/// What a parser answers: the value, or what is wrong as a predicate ("is not a port number").
pub(super) type Parsed<T> = Result<T, String>;

/// Which kinds of TOML value may hold a setting; text always may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Number,
    Switch,
    List,
}

/// A type that settings can have.
pub(super) trait Value: Sized {
    const SHAPE: Shape = Shape::Text;
    const SECRECY: Secrecy = Secrecy::Open;

    fn parse(text: &str) -> Parsed<Self>;
}

/// Declares an enum whose variants have names in the configuration.
///
/// `choice! { /** Doc. */ pub enum Mode { /** Doc. */ Development = "development" } }` becomes
/// the enum, `Mode::as_str`, and a [`Value`] that refuses other names and lists the right ones.
macro_rules! choice {
    (
        $(#[$about:meta])*
        pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Its name in the configuration.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl $crate::config::value::Value for $name {
            fn parse(text: &str) -> $crate::config::value::Parsed<Self> {
                match text.to_ascii_lowercase().as_str() {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(format!("is not one of {}", [$($text),+].join(", "))),
                }
            }
        }
    };
}
pub(crate) use choice;

impl Value for String {
    fn parse(text: &str) -> Parsed<Self> {
        if text.is_empty() { Err("is empty".into()) } else { Ok(text.to_owned()) }
    }
}

impl Value for PathBuf {
    fn parse(text: &str) -> Parsed<Self> {
        String::parse(text).map(Self::from)
    }
}

impl Value for Secret {
    const SECRECY: Secrecy = Secrecy::Hidden;

    fn parse(text: &str) -> Parsed<Self> {
        String::parse(text).map(Self::new)
    }
}

impl Value for IpAddr {
    fn parse(text: &str) -> Parsed<Self> {
        text.parse().map_err(|_| "is not an IP address".into())
    }
}

impl Value for bool {
    const SHAPE: Shape = Shape::Switch;

    fn parse(text: &str) -> Parsed<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err("is not true or false".into()),
        }
    }
}

impl Value for NonZeroU32 {
    const SHAPE: Shape = Shape::Number;

    fn parse(text: &str) -> Parsed<Self> {
        text.parse().map_err(|_| "is not a whole number above 0".into())
    }
}

/// Numbers whose bounds the declaration gives with `read number(…)`.
macro_rules! numbers {
    ($($type:ty),+) => {
        $(impl Value for $type {
            const SHAPE: Shape = Shape::Number;

            fn parse(text: &str) -> Parsed<Self> {
                number(Self::MIN..=Self::MAX)(text)
            }
        })+
    };
}
numbers!(u16, u32, u64, usize);

impl Value for Duration {
    const SHAPE: Shape = Shape::Number;

    fn parse(text: &str) -> Parsed<Self> {
        u64::parse(text).map(Self::from_secs)
    }
}

/// Empty text is no value.
impl<T: Value> Value for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const SECRECY: Secrecy = T::SECRECY;

    fn parse(text: &str) -> Parsed<Self> {
        optional(T::parse)(text)
    }
}

/// Entries are separated by commas.
impl<T: Value> Value for Vec<T> {
    const SHAPE: Shape = Shape::List;

    fn parse(text: &str) -> Parsed<Self> {
        list(T::parse)(text)
    }
}

/// Reads empty text as no value.
pub(super) fn optional<T>(parse: impl Fn(&str) -> Parsed<T>) -> impl Fn(&str) -> Parsed<Option<T>> {
    move |text| if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

/// Reads entries separated by commas, and names the one that is wrong.
pub(super) fn list<T>(parse: impl Fn(&str) -> Parsed<T>) -> impl Fn(&str) -> Parsed<Vec<T>> {
    move |text| {
        let entries: Vec<&str> = text.split(',').map(str::trim).filter(|e| !e.is_empty()).collect();
        let one = |entry: &&str| match parse(entry) {
            Err(why) if entries.len() > 1 => Err(format!("holds {entry:?}, which {why}")),
            parsed => parsed,
        };
        entries.iter().map(one).collect()
    }
}

/// A whole number within bounds.
pub(super) fn number<T>(bounds: RangeInclusive<T>) -> impl Fn(&str) -> Parsed<T>
where
    T: FromStr + PartialOrd + Display,
{
    move |text| match text.parse() {
        Ok(number) if bounds.contains(&number) => Ok(number),
        _ => Err(format!("is not a whole number from {} to {}", bounds.start(), bounds.end())),
    }
}

/// A time in whole seconds.
pub(super) fn seconds(bounds: RangeInclusive<u64>) -> impl Fn(&str) -> Parsed<Duration> {
    let number = number(bounds);
    move |text| number(text).map(Duration::from_secs).map_err(|why| format!("{why} (seconds)"))
}

/// A TCP port.
pub(super) fn port_number(text: &str) -> Parsed<u16> {
    text.parse().map_err(|_| "is not a port number".into())
}
