//! Workers: they handle what has happened in the tenants. Any number of processes may work; which
//! tenant is whose for the moment is in the database, and so is how far each event has come.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::base::ids::TenantId;
use crate::bus::Wake;
use crate::ctx::{Actor, App, Core, Ctx, Origin, Scope};
use crate::db::Meter;
use crate::error::{AppError, Result};
use crate::platform::event_backlog::Taken;
use crate::platform::event_backlog::service::{self as backlog, Due, Next};
use crate::tenant::events::processing::{Left, pass};

/// Without a word from the bus it is looked this often whether there is something to do.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Passes in one tenant before others have their turn.
const PASSES: usize = 4;

/// The workers of this process.
pub struct Worker {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Worker {
    /// Begins to work. Needs a runtime.
    pub fn start(app: &Arc<App>) -> Self {
        let woken = Arc::new(Notify::new());
        let notify = woken.clone();
        app.bus.on_wake(move |wake| {
            if matches!(wake, Wake::Events(_) | Wake::Everything) {
                notify.notify_one();
            }
        });
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        for _ in 0..app.config.worker.concurrency.get() {
            tasks.spawn(work(app.clone(), woken.clone(), stop.subscribe()));
        }
        Self { stop, tasks }
    }

    /// Ends what runs, for at most this long.
    pub async fn stop(mut self, patience: Duration) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, ended).await.is_err() {
            tracing::warn!("some events are still being handled; another worker takes them over");
        }
    }
}

async fn work(app: Arc<App>, woken: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let wait = match Box::pin(step(&app, &woken)).await {
            Ok(None) => continue,
            Ok(Some(wait)) => wait,
            Err(e) => {
                tracing::warn!(error = ?e, "a worker could not go on");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {}
            () = woken.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Works in one tenant; or says how long there is nothing to do.
async fn step(app: &Arc<App>, woken: &Notify) -> Result<Option<Duration>> {
    let platform = context(app, Scope::Platform, "");
    let taken = match backlog::take(&platform).await? {
        Next::Tenant(taken) => taken,
        Next::Wait(until) => {
            let wait = until.map(|until| (until - platform.now).to_std().unwrap_or_default());
            // Others may have had the same thought.
            let wait = wait.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN);
            return Ok(Some(wait.max(Duration::from_millis(20))));
        }
    };
    // There may be more tenants: another worker need not wait.
    woken.notify_one();
    let due = match Box::pin(handle(app, taken)).await {
        Ok(due) => due,
        Err(e) => {
            tracing::warn!(tenant = %taken.tenant, error = ?e, "a tenant's events can't be handled");
            Due::At(platform.now + chrono::TimeDelta::seconds(30))
        }
    };
    backlog::settle(&context(app, Scope::Platform, ""), taken, due).await?;
    Ok(None)
}

async fn handle(app: &Arc<App>, taken: Taken) -> Result<Due> {
    let tenant = match app.directory.by_id(TenantId(taken.tenant), &Meter::default()).await {
        Ok(tenant) => tenant,
        Err(AppError::TenantNotFound) => return Ok(Due::Never),
        Err(e) => return Err(e),
    };
    if !tenant.is_active || tenant.is_behind {
        // It goes on some time; until then it is looked at now and then.
        return Ok(Due::At(app.clock.now() + chrono::TimeDelta::seconds(30)));
    }
    for _ in 0..PASSES {
        let ctx = context(app, Scope::Tenant(tenant.clone()), "");
        let anew = |id: &str| context(app, Scope::Tenant(tenant.clone()), id);
        match Box::pin(pass(&ctx, anew)).await? {
            Left::More => {}
            Left::At(time) => return Ok(Due::At(time)),
            Left::Nothing => return Ok(Due::Never),
            Left::Paused => return Ok(Due::WhenTold),
        }
    }
    Ok(Due::At(app.clock.now()))
}

/// The server itself, at work on what a request with this correlation id has caused.
fn context(app: &Arc<App>, scope: Scope, correlation: &str) -> Ctx {
    let correlation_id = match correlation {
        "" => Uuid::now_v7().to_string(),
        id => id.to_owned(),
    };
    let origin = Origin { correlation_id, ..Origin::default() };
    Ctx::new(Core::new(app.clone(), scope, Actor::System, origin))
}
