//! Which media type answers a request. What the answer holds is in `reply`.

use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderValue, StatusCode};

use super::reply::Failure;

/// A form in which we answer GraphQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was refused.
    GraphqlResponse,
    /// `application/json`: status 200 even for documents that are refused.
    Json,
    /// `text/event-stream`, only when asked for by name.
    EventStream,
}

impl Media {
    /// The content type; that of a plain refusal for a stream.
    pub const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json | Self::EventStream => "application/json; charset=utf-8",
        })
    }

    /// How closely a range of an `Accept` header names this form.
    fn matched_by(self, range: &str) -> Option<u8> {
        match (self, range) {
            (Self::GraphqlResponse, "application/graphql-response+json")
            | (Self::Json, "application/json")
            | (Self::EventStream, "text/event-stream") => Some(2),
            (Self::GraphqlResponse | Self::Json, "application/*") => Some(1),
            (Self::GraphqlResponse | Self::Json, "*/*") => Some(0),
            _ => None,
        }
    }
}

/// The form the client likes best; of several it likes equally, the one it names first, and
/// `application/json` for a wildcard. Fails with 406 when there is none.
pub fn negotiate(headers: &HeaderMap) -> Result<Media, Failure> {
    let ranges = ranges(headers);
    if ranges.is_empty() {
        return Ok(Media::Json);
    }
    let mut best: Option<(u16, usize, Media)> = None;
    for media in [Media::Json, Media::GraphqlResponse, Media::EventStream] {
        if let Some((quality, place)) = liking(media, &ranges)
            && best
                .is_none_or(|(most, first, _)| quality > most || (quality == most && place < first))
        {
            best = Some((quality, place, media));
        }
    }
    best.map(|(_, _, media)| media).ok_or_else(|| {
        let message = "answers are application/graphql-response+json, application/json \
                       or text/event-stream";
        Failure::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    })
}

/// A media type in lower case, and its parameters with names in lower case.
pub(super) fn parameters(value: &str) -> (String, Vec<(String, &str)>) {
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parameters = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().trim_matches('"')))
    });
    (essence, parameters.collect())
}

struct Range {
    essence: String,
    /// In thousandths; 0 refuses.
    quality: u16,
}

fn ranges(headers: &HeaderMap) -> Vec<Range> {
    let values = headers.get_all(ACCEPT).iter().map(|value| value.to_str().unwrap_or("invalid"));
    let parts = values.flat_map(|value| value.split(',')).filter(|part| !part.trim().is_empty());
    parts.map(range).collect()
}

fn range(part: &str) -> Range {
    let (essence, parameters) = parameters(part);
    let mut quality = 1000;
    for (name, value) in parameters {
        match name.as_str() {
            "q" => quality = quality.min(thousandths(value)),
            // We write UTF-8 only: a range for another charset is not ours.
            "charset" if !value.eq_ignore_ascii_case("utf-8") => {
                return Range { essence: String::new(), quality: 0 };
            }
            _ => {}
        }
    }
    Range { essence, quality }
}

fn thousandths(quality: &str) -> u16 {
    match quality.parse::<f32>() {
        Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1000.0).round() as u16,
        _ => 0,
    }
}

/// The quality and place of the range that names the form most closely.
fn liking(media: Media, ranges: &[Range]) -> Option<(u16, usize)> {
    let mut closest: Option<(u8, u16, usize)> = None;
    for (place, range) in ranges.iter().enumerate() {
        if let Some(closeness) = media.matched_by(&range.essence)
            && closest.is_none_or(|(most, ..)| closeness > most)
        {
            closest = Some((closeness, range.quality, place));
        }
    }
    closest.filter(|(_, quality, _)| *quality > 0).map(|(_, quality, place)| (quality, place))
}
