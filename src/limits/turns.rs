//! Whose turn it is to run. A tenant alone on the server may use all of it. When others are about,
//! each has its part of what the processors can do at once, and what is more waits in the tenant's
//! own line: so a flood waits for itself, and nobody else waits for the flood.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::oneshot;
use uuid::Uuid;

/// A tenant is about for so long after its last request.
const ABOUT: Duration = Duration::from_secs(1);
/// How often it is counted who is.
const COUNT_EVERY: Duration = Duration::from_millis(200);
/// Operations that keep one thread busy: while one waits for the database, another computes.
const PER_THREAD: usize = 2;

/// The lines of all tenants. Cheap to clone.
#[derive(Clone)]
pub struct Turns(Arc<Inner>);

struct Inner {
    threads: usize,
    state: Mutex<State>,
}

struct State {
    lines: HashMap<Uuid, Line>,
    /// Tenants with somebody in line, in the order in which they are served.
    order: VecDeque<Uuid>,
    running: usize,
    about: usize,
    counted: Instant,
}

struct Line {
    running: usize,
    waiting: VecDeque<oneshot::Sender<Turn>>,
    seen: Instant,
}

/// Leave to run; it ends when dropped.
pub struct Turn {
    of: Uuid,
    turns: Turns,
}

impl Turns {
    /// For a server that computes in so many threads.
    pub fn new(threads: usize) -> Self {
        let state = State {
            lines: HashMap::new(),
            order: VecDeque::new(),
            running: 0,
            about: 0,
            counted: Instant::now(),
        };
        Self(Arc::new(Inner { threads: threads.max(1), state: Mutex::new(state) }))
    }

    /// A turn of the tenant, as soon as there is one; `None` when that takes too long.
    pub async fn take(&self, tenant: Uuid, patience: Duration) -> Option<Turn> {
        let turn = {
            let mut state = self.0.state.lock();
            let now = Instant::now();
            state.count(now);
            let State { lines, order, about, running, .. } = &mut *state;
            let line = lines.entry(tenant).or_insert_with(|| {
                *about += 1;
                Line { running: 0, waiting: VecDeque::new(), seen: now }
            });
            line.seen = now;
            if line.waiting.is_empty() && self.allows(*running, *about, line) {
                line.running += 1;
                *running += 1;
                return Some(Turn { of: tenant, turns: self.clone() });
            }
            if line.waiting.is_empty() {
                order.push_back(tenant);
            }
            let (mine, turn) = oneshot::channel();
            line.waiting.push_back(mine);
            turn
        };
        tokio::time::timeout(patience, turn).await.ok()?.ok()
    }

    fn allows(&self, running: usize, about: usize, line: &Line) -> bool {
        let threads = self.0.threads;
        about <= 1 || running < threads || line.running < (threads * PER_THREAD / about).max(1)
    }

    fn end(&self, tenant: Uuid) {
        let mut next = vec![];
        {
            let mut state = self.0.state.lock();
            let State { lines, order, about, running, .. } = &mut *state;
            *running -= 1;
            if let Some(line) = lines.get_mut(&tenant) {
                line.running -= 1;
            }
            for _ in 0..order.len() {
                let Some(tenant) = order.pop_front() else { break };
                let Some(line) = lines.get_mut(&tenant) else { continue };
                while line.waiting.front().is_some_and(oneshot::Sender::is_closed) {
                    line.waiting.pop_front();
                }
                if self.allows(*running, *about, line)
                    && let Some(waiting) = line.waiting.pop_front()
                {
                    line.running += 1;
                    *running += 1;
                    next.push((tenant, waiting));
                }
                if !line.waiting.is_empty() {
                    order.push_back(tenant);
                }
            }
        }
        for (of, waiting) in next {
            // A turn that nobody waits for any more comes back, and ends here.
            drop(waiting.send(Turn { of, turns: self.clone() }));
        }
    }
}

impl State {
    /// Counts who is about, and forgets the others.
    fn count(&mut self, now: Instant) {
        if now < self.counted + COUNT_EVERY {
            return;
        }
        self.counted = now;
        self.lines.retain(|_, line| {
            line.running > 0 || !line.waiting.is_empty() || now < line.seen + ABOUT
        });
        self.about = self.lines.len();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.end(self.of);
    }
}
