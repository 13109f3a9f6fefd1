//! The background task that writes events, a few statements however many there are, and takes away
//! what is too old.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use uuid::Uuid;

use super::event::{Event, Kind, SecurityEvent};
use super::store;
use super::window::{Placed, Window};
use crate::base::clock::Clock;
use crate::db::{Db, Share, TenantPlace, TenantSchema};
use crate::error::Result;

/// How long alike events are counted together.
const WINDOW: Duration = Duration::from_secs(60);
/// How often what is too old is looked for.
const PRUNING: Duration = Duration::from_secs(3_600);
/// Messages taken at once.
const BATCH: usize = 500;

pub(super) enum Message {
    Event(DateTime<Utc>, Box<Event>),
    /// Write everything, and say so.
    Flush(oneshot::Sender<()>),
    /// Prune now, and say so.
    Prune(oneshot::Sender<()>),
}

pub(super) struct Writer {
    db: Db,
    clock: Clock,
    retention_days: u32,
    /// Events for which there was no room in the queue.
    dropped: Arc<AtomicU64>,
    window: Window,
    rows: HashMap<Option<Uuid>, (Option<TenantPlace>, Vec<SecurityEvent>)>,
}

impl Writer {
    pub(super) fn new(db: Db, clock: Clock, retention_days: u32, dropped: Arc<AtomicU64>) -> Self {
        let (window, rows) = (Window::default(), HashMap::new());
        Self { db, clock, retention_days, dropped, window, rows }
    }

    /// Works until nobody can note anything any more.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        let every = |time| {
            let mut ticks = interval_at(Instant::now() + time, time);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let (mut turns, mut prunings) = (every(WINDOW), every(PRUNING));
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                taken = queue.recv_many(&mut batch, BATCH) => {
                    if taken == 0 {
                        break;
                    }
                    self.take(&mut batch).await;
                }
                _ = turns.tick() => self.turn(),
                _ = prunings.tick() => self.prune().await,
            }
            self.write().await;
        }
        self.turn();
        self.write().await;
    }

    async fn take(&mut self, batch: &mut Vec<Message>) {
        for message in batch.drain(..) {
            match message {
                Message::Event(at, event) => self.add(at, *event),
                Message::Flush(done) => {
                    self.turn();
                    self.write().await;
                    _ = done.send(()); // whoever asked may have gone
                }
                Message::Prune(done) => {
                    self.prune().await;
                    _ = done.send(());
                }
            }
        }
        self.tell_of_dropped();
    }

    fn add(&mut self, at: DateTime<Utc>, event: Event) {
        if self.window.is_full() {
            self.turn();
        }
        if let Some(row) = self.window.add(at, event) {
            self.put(row);
        }
    }

    fn put(&mut self, (place, row): Placed) {
        let tenant = place.as_ref().map(TenantPlace::tenant);
        self.rows.entry(tenant).or_insert_with(|| (place, vec![])).1.push(row);
    }

    fn turn(&mut self) {
        for row in self.window.turn() {
            self.put(row);
        }
    }

    fn tell_of_dropped(&mut self) {
        let dropped = self.dropped.swap(0, Relaxed);
        if dropped == 0 {
            return;
        }
        tracing::error!(target: "security", dropped, "events could not be written down");
        let event = Event::new(Kind::EventsDropped, None, "");
        let count = i32::try_from(dropped).unwrap_or(i32::MAX);
        self.put((None, SecurityEvent::of(&event, self.clock.now(), count)));
    }

    /// Writes all rows, a statement for each tenant. What can't be written is in the log already.
    async fn write(&mut self) {
        for (_, (place, rows)) in std::mem::take(&mut self.rows) {
            if let Err(e) = self.insert(place.as_ref(), &rows).await {
                let tenant = place.as_ref().map(|place| place.schema().as_str());
                let rows = rows.len();
                tracing::warn!(target: "security", error = ?e, tenant, rows, "events are lost");
            }
        }
    }

    async fn insert(&self, place: Option<&TenantPlace>, rows: &[SecurityEvent]) -> Result<usize> {
        Ok(match place {
            Some(place) => store::insert(&self.db.tenant_aside(place).await?, rows).await?,
            None => store::insert(&self.db.platform_aside().await?, rows).await?,
        })
    }

    async fn prune(&self) {
        let before = self.clock.now() - TimeDelta::days(self.retention_days.into());
        if let Err(e) = self.prune_all(before).await {
            tracing::warn!(error = ?e, "security events could not be pruned");
        }
    }

    async fn prune_tenant(&self, place: &TenantPlace, before: DateTime<Utc>) -> Result<usize> {
        Ok(store::prune(&self.db.tenant_aside(place).await?, before).await?)
    }

    async fn prune_all(&self, before: DateTime<Utc>) -> Result<()> {
        let tenants = {
            let platform = self.db.platform_aside().await?;
            store::prune(&platform, before).await?;
            store::tenants(&platform).await?
        };
        for (id, name) in tenants {
            let Some(schema) = TenantSchema::parse(&name) else { continue };
            let place = self.db.place(id, schema, Share::default());
            // One that is being made, migrated or dropped is left for the next time.
            if let Err(e) = self.prune_tenant(&place, before).await {
                tracing::warn!(error = ?e, tenant = name, "security events could not be pruned");
            }
        }
        Ok(())
    }
}
