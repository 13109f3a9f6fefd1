//! What an origin is. Which of them may call is kept in the row of the tenant.

use crate::config::{self, Mode};
use crate::error::{Invalid, Problem};

/// A tenant lists no more.
pub const MAX_ORIGINS: usize = 20;

/// The list as it is kept: in the form that browsers send, each once, in alphabetical order.
pub fn normal(field: &str, origins: &[String], mode: Mode) -> Result<Vec<String>, Invalid> {
    let mut invalid = Invalid::default();
    let mut all = Vec::with_capacity(origins.len().min(MAX_ORIGINS));
    if origins.len() > MAX_ORIGINS {
        let why = format!("can't hold more than {MAX_ORIGINS}");
        invalid.push(Problem::TooLong, field, why);
        return Err(invalid);
    }
    for (number, text) in origins.iter().enumerate() {
        match origin(text.trim(), mode) {
            Ok(origin) => all.push(origin),
            Err(why) => invalid.push(Problem::Invalid, &format!("{field}.{number}"), why),
        }
    }
    all.sort();
    all.dedup();
    if invalid.0.is_empty() { Ok(all) } else { Err(invalid) }
}

/// Anybody between could be a page that comes without encryption; a developer's own machine is
/// the exception.
fn origin(text: &str, mode: Mode) -> Result<String, &'static str> {
    let wrong = "is not an origin such as https://app.example.com";
    let origin = config::origin(text).map_err(|_| wrong)?;
    if origin == "*" {
        return Err("can't be everybody; name the origins");
    }
    if origin.len() > 300 {
        return Err("can't be longer than 300 characters");
    }
    let (scheme, place) = origin.split_once("://").ok_or(wrong)?;
    let host = place.split(':').next().unwrap_or(place);
    let local = host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1";
    if scheme != "https" && (mode.is_production() || !local) {
        return Err("has to begin with https://");
    }
    // Browsers leave the scheme's own port out.
    let own_port = if scheme == "https" { ":443" } else { ":80" };
    Ok(origin.strip_suffix(own_port).unwrap_or(&origin).to_owned())
}
