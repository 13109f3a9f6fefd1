//! The events of one tenant, read once for all who follow. Followers go at their own pace: who is
//! up to date takes events from memory, who is behind reads rows. So nothing is ever left out, and
//! nobody waits for the slowest.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use crate::audit::{self, Recorded};
use crate::db::{Db, Meter, TenantPlace};
use crate::error::{AppError, Result};

/// Events taken at once.
const PAGE: usize = 100;
/// Rows read at once.
const ROWS: i64 = 500;
/// Events kept in memory: so many, and about so many bytes.
const MAX_KEPT: usize = 1_000;
const MAX_BYTES: usize = 2 << 20;
/// A look at the rows after this long even if no message came.
const LOOK_AGAIN: Duration = Duration::from_secs(4);
const AFTER_FAILURE: Duration = Duration::from_millis(250);
/// Not known yet.
const NOWHERE: i64 = -1;

/// A tenant's feed.
pub struct Feed {
    followed: Arc<Followed>,
    reader: AbortHandle,
}

struct Followed {
    db: Db,
    place: TenantPlace,
    /// The number of the last event that was read.
    head: watch::Sender<i64>,
    recent: RwLock<Recent>,
    woken: Notify,
}

#[derive(Default)]
struct Recent {
    events: VecDeque<Arc<Recorded>>,
    bytes: usize,
}

impl Feed {
    /// Needs a runtime. It hears of changes from now on, before it reads where the record ends.
    pub(super) fn start(db: Db, place: TenantPlace) -> Arc<Self> {
        let followed = Arc::new(Followed {
            db,
            place,
            head: watch::Sender::new(NOWHERE),
            recent: RwLock::default(),
            woken: Notify::new(),
        });
        let reader = tokio::spawn(read(followed.clone())).abort_handle();
        Arc::new(Self { followed, reader })
    }

    pub(super) fn wake(&self) {
        self.followed.woken.notify_one();
    }

    /// Where the feed stands: events that are committed later come later.
    pub async fn position(&self) -> Result<i64> {
        let mut head = self.followed.head.subscribe();
        let known = head.wait_for(|head| *head != NOWHERE).await;
        known.map(|head| *head).map_err(|e| AppError::Internal(e.into()))
    }

    /// Where the feed stands, as far as is known.
    pub fn last(&self) -> i64 {
        *self.followed.head.borrow()
    }

    /// The next events behind a place, as soon as there are some: at most a page of them. Fails
    /// with `CursorExpired` when the first of them is not kept any more.
    pub async fn next(&self, after: i64) -> Result<Vec<Arc<Recorded>>> {
        let mut head = self.followed.head.subscribe();
        let there = head.wait_for(|head| *head > after).await;
        there.map_err(|e| AppError::Internal(e.into()))?;
        self.behind(after).await
    }

    /// The events behind a place, at most a page of them; none at the end.
    pub async fn behind(&self, after: i64) -> Result<Vec<Arc<Recorded>>> {
        if let Some(events) = self.followed.recent.read().behind(after) {
            return Ok(events);
        }
        let rows = self.followed.rows(after, PAGE as i64).await?;
        match rows.first() {
            Some(first) if first.seq == after + 1 => Ok(rows),
            // Nothing is behind the end, and no place is beyond it.
            None if after == self.position().await? => Ok(rows),
            _ => Err(AppError::CursorExpired),
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Reads for as long as somebody follows.
async fn read(feed: Arc<Followed>) {
    loop {
        let wait = match feed.catch_up().await {
            Ok(()) => LOOK_AGAIN,
            Err(e) => {
                tracing::warn!(error = ?e, "the events of a tenant can't be read");
                AFTER_FAILURE
            }
        };
        // A message that came meanwhile is remembered.
        let _ = tokio::time::timeout(wait, feed.woken.notified()).await;
    }
}

impl Followed {
    async fn catch_up(&self) -> Result<()> {
        if *self.head.borrow() == NOWHERE {
            let conn = self.db.tenant(&self.place, &Meter::default()).await?;
            let end = audit::head(&conn).await?.map_or(0, |head| head.seq);
            self.head.send_replace(end);
        }
        loop {
            let after = *self.head.borrow();
            let rows = self.rows(after, ROWS).await?;
            let Some(last) = rows.last().map(|event| event.seq) else { return Ok(()) };
            let more = rows.len() as i64 == ROWS;
            self.recent.write().add(rows);
            self.head.send_replace(last);
            if !more {
                return Ok(());
            }
        }
    }

    async fn rows(&self, after: i64, limit: i64) -> Result<Vec<Arc<Recorded>>> {
        let conn = self.db.tenant(&self.place, &Meter::default()).await?;
        let rows = audit::behind(&conn, after, limit).await?;
        Ok(rows.into_iter().map(Arc::new).collect())
    }
}

impl Recent {
    fn add(&mut self, events: Vec<Arc<Recorded>>) {
        self.bytes += events.iter().map(|event| weight(event)).sum::<usize>();
        self.events.extend(events);
        while self.events.len() > MAX_KEPT || self.bytes > MAX_BYTES {
            let Some(oldest) = self.events.pop_front() else { break };
            self.bytes -= weight(&oldest);
        }
    }

    /// What is behind a place, if all of it is here.
    fn behind(&self, after: i64) -> Option<Vec<Arc<Recorded>>> {
        let first = self.events.front()?.seq;
        // Numbers have no gaps.
        let skipped = usize::try_from(after + 1 - first).ok()?;
        let known = skipped <= self.events.len();
        known.then(|| self.events.iter().skip(skipped).take(PAGE).cloned().collect())
    }
}

/// About how much memory a row takes.
fn weight(row: &Recorded) -> usize {
    let texts = [&row.before, &row.after, &row.user_agent].into_iter().flatten();
    400 + texts.map(String::len).sum::<usize>()
}
