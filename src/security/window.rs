//! Floods become counts: the first of alike events is written at once, the others of the same
//! minute as one row.

use std::collections::HashMap;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Key;
use super::event::{Event, Kind, SecurityEvent};
use crate::db::TenantPlace;

/// Of one kind and address in one place; what else differs in detail counts as one more.
const MAX_DETAILS: u32 = 20;
/// Kinds of events that are remembered at once.
const MAX_KEYS: usize = 10_000;
/// The detail that stands for all further ones.
const OTHERS: &str = "(many different ones)";

/// What was noted in this minute.
#[derive(Default)]
pub(super) struct Window {
    seen: HashMap<Key, Held>,
    details: HashMap<(Option<Uuid>, Kind, Option<IpAddr>), u32>,
}

struct Held {
    last: Event,
    at: DateTime<Utc>,
    /// Beyond the one that was written.
    more: i32,
}

/// A row, and where it goes.
pub(super) type Placed = (Option<TenantPlace>, SecurityEvent);

impl Window {
    /// The row to be written now, unless the event is only counted.
    pub(super) fn add(&mut self, at: DateTime<Utc>, mut event: Event) -> Option<Placed> {
        let place = event.place.as_ref().map(TenantPlace::tenant);
        let key = |event: &Event| Key {
            place,
            kind: event.kind,
            actor: event.actor_id,
            ip: event.ip,
            detail: event.detail.clone(),
        };
        if !self.seen.contains_key(&key(&event)) {
            let details = self.details.entry((place, event.kind, event.ip)).or_default();
            *details += 1;
            if *details > MAX_DETAILS {
                OTHERS.clone_into(&mut event.detail);
            }
        }
        if let Some(held) = self.seen.get_mut(&key(&event)) {
            held.more = held.more.saturating_add(1);
            (held.last, held.at) = (event, at);
            return None;
        }
        let row = (event.place.clone(), SecurityEvent::of(&event, at, 1));
        self.seen.insert(key(&event), Held { last: event, at, more: 0 });
        Some(row)
    }

    /// Whether it should be turned before its time.
    pub(super) fn is_full(&self) -> bool {
        self.seen.len() >= MAX_KEYS
    }

    /// The rows for what was only counted. A new window begins.
    pub(super) fn turn(&mut self) -> Vec<Placed> {
        self.details.clear();
        let counted = self.seen.drain().filter(|(_, held)| held.more > 0);
        counted
            .map(|(_, held)| {
                let row = SecurityEvent::of(&held.last, held.at, held.more);
                (held.last.place, row)
            })
            .collect()
    }
}
