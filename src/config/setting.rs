//! What a setting is, and the macro in which each is declared once. Values are read in `values`.

use super::{
    value::{Parsed, Shape},
    values::Values,
};

/// A setting as declared: everything known about it before any value is read.
#[derive(Debug)]
pub struct Setting {
    /// Its key in the TOML file, e.g. `http.port`.
    pub key: &'static str,
    /// What it means, for people.
    pub about: &'static str,
    /// Its plain environment names: ours first, then those of the systems it replaces.
    pub names: &'static [Name],
    /// The default as text; empty when it has none.
    pub default: &'static str,
    pub secrecy: Secrecy,
    pub(super) shape: Shape,
}

/// A plain environment name of a setting.
#[derive(Debug)]
pub struct Name {
    pub text: &'static str,
    /// Turns a value written for a replaced system into ours, or says what is wrong with it.
    pub(super) via: Option<fn(&str) -> Parsed<String>>,
}

/// How much of a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    Open,
    /// A URL; only the passwords in it are hidden.
    Url,
    Hidden,
}

impl Setting {
    /// The environment name that follows from the key: `TARUVI_HTTP__PORT`.
    pub fn full_name(&self) -> String {
        format!("TARUVI_{}", self.key.replace('.', "__").to_uppercase())
    }

    /// The name to recommend: the first plain one, else the full one.
    pub fn first_name(&self) -> String {
        self.names.first().map_or_else(|| self.full_name(), |name| name.text.to_owned())
    }

    /// Whether the value may also stand in a file that `NAME_FILE` points to.
    pub fn is_secret(&self) -> bool {
        self.secrecy != Secrecy::Open
    }
}

/// A group of settings that become one struct.
pub(super) trait Section: Sized {
    const ABOUT: &'static str;
    const SETTINGS: &'static [Setting];

    /// Reads every field before giving up, so that all wrong values are reported together.
    fn read(values: &mut Values) -> Option<Self>;
}

/// Declares a struct and the setting behind each of its fields.
///
/// ```text
/// section! {
///     /// Where the server listens.
///     pub struct Http in "http." {
///         /// Port to listen on.
///         port: u16 = "8000", env ["PORT", "OLD_PORT" via from_old], read port_number;
///     }
/// }
/// ```
///
/// becomes
///
/// ```text
/// /// Where the server listens.
/// #[derive(Debug, Clone)]
/// pub struct Http {
///     /// Port to listen on.
///     pub port: u16,
/// }
/// impl Section for Http {
///     const ABOUT: &'static str = "Where the server listens.";
///     const SETTINGS: &'static [Setting] = &[Setting {
///         key: "http.port", about: "Port to listen on.", default: "8000",
///         names: &[
///             Name { text: "PORT", via: None },
///             Name { text: "OLD_PORT", via: Some(from_old) },
///         ],
///         secrecy: <u16 as Value>::SECRECY, shape: <u16 as Value>::SHAPE,
///     }];
///     fn read(values: &mut Values) -> Option<Self> {
///         let [port] = Self::SETTINGS else { return None };
///         let port = values.read(port, port_number);
///         Some(Self { port: port? })
///     }
/// }
/// ```
///
/// Without `read`, the type's own [`Value::parse`](super::value::Value::parse) reads the value. A
/// function named after `read` must not share its name with a field: the field would hide it.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        pub struct $name:ident in $prefix:literal {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty = $default:literal
                $(, env [$($env:literal $(via $via:ident)?),+])?
                $(, read $read:expr)?;
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        impl $crate::config::setting::Section for $name {
            const ABOUT: &'static str = concat!($($about),+).trim_ascii();
            const SETTINGS: &'static [$crate::config::setting::Setting] = &[$(
                $crate::config::setting::Setting {
                    key: concat!($prefix, stringify!($field)),
                    about: concat!($($doc),+).trim_ascii(),
                    names: &[$($($crate::config::setting::Name {
                        text: $env,
                        via: $crate::config::setting::section!(@via $($via)?),
                    }),+)?],
                    default: $default,
                    secrecy: <$type as $crate::config::value::Value>::SECRECY,
                    shape: <$type as $crate::config::value::Value>::SHAPE,
                }
            ),+];

            fn read(values: &mut $crate::config::values::Values) -> Option<Self> {
                let [$($field),+] = Self::SETTINGS else { return None };
                $(
                    let $field: Option<$type> = values.read(
                        $field,
                        $crate::config::setting::section!(@read $type $(, $read)?),
                    );
                )+
                Some(Self { $($field: $field?),+ })
            }
        }
    };
    (@via) => { None };
    (@via $via:ident) => { Some($via) };
    (@read $type:ty) => { <$type as $crate::config::value::Value>::parse };
    (@read $type:ty, $read:expr) => { $read };
}
pub(crate) use section;
