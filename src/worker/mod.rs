//! Workers: they handle what has happened in the tenants, and send their webhooks. Any number of
//! processes may work; which tenant is whose for the moment is in the database, and so is how far
//! each event and each message has come.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::base::ids::TenantId;
use crate::bus::Wake;
use crate::ctx::{Actor, App, Core, Ctx, Origin, Scope};
use crate::db::{Lane, Meter};
use crate::error::{AppError, Result};
use crate::platform::event_backlog::Taken;
use crate::platform::event_backlog::service::{self as backlog, Due, Next};
use crate::tenant::events::processing::{self, Left};
use crate::tenant::webhooks::sending;

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
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        let settings = &app.config.worker;
        for (lane, concurrency) in
            [(Lane::Events, settings.concurrency), (Lane::Webhooks, settings.webhook_concurrency)]
        {
            let permits = Arc::new(Semaphore::new(concurrency.get() as usize));
            let woken = woken(app, lane);
            tasks.spawn(work(app.clone(), lane, permits, woken, stop.subscribe()));
        }
        Self { stop, tasks }
    }

    /// Ends what runs, for at most this long.
    pub async fn stop(mut self, patience: Duration) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, ended).await.is_err() {
            tracing::warn!("some work is still being done; another worker takes it over");
        }
    }
}

/// Told when there may be something to do.
fn woken(app: &Arc<App>, lane: Lane) -> Arc<Notify> {
    let woken = Arc::new(Notify::new());
    let notify = woken.clone();
    app.bus.on_wake(move |wake| {
        let concerns = match wake {
            Wake::Events(_) => lane == Lane::Events,
            Wake::Work => lane != Lane::Events,
            Wake::Everything => true,
            _ => false,
        };
        if concerns {
            notify.notify_one();
        }
    });
    woken
}

/// Takes one tenant after the other, as many at a time as there are permits.
async fn work(
    app: Arc<App>,
    lane: Lane,
    permits: Arc<Semaphore>,
    woken: Arc<Notify>,
    mut stop: watch::Receiver<bool>,
) {
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        let permit = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Ok(permit) = permits.clone().acquire_owned() => permit,
        };
        let wait = match Box::pin(take(&app, lane)).await {
            Ok(Next::Tenant(taken)) => {
                let (app, woken) = (app.clone(), woken.clone());
                running.spawn(async move {
                    Box::pin(serve(&app, taken)).await;
                    drop(permit);
                    // There may be more to do in it.
                    woken.notify_one();
                });
                while running.try_join_next().is_some() {}
                continue;
            }
            Ok(Next::Wait(until)) => {
                let wait =
                    until.map(|until| (until - app.clock.now()).to_std().unwrap_or_default());
                // Others may have had the same thought.
                wait.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN).max(Duration::from_millis(20))
            }
            Err(e) => {
                tracing::warn!(error = ?e, "a worker could not go on");
                AFTER_FAILURE
            }
        };
        drop(permit);
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {}
            () = woken.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    while running.join_next().await.is_some() {}
}

async fn take(app: &Arc<App>, lane: Lane) -> Result<Next> {
    backlog::take(&context(app, Scope::Platform, ""), lane).await
}

/// Works in one tenant, and gives it back.
async fn serve(app: &Arc<App>, taken: Taken) {
    let due = match Box::pin(handle(app, taken)).await {
        Ok(due) => due,
        Err(e) => {
            let (tenant, lane) = (taken.tenant, taken.lane);
            tracing::warn!(%tenant, ?lane, error = ?e, "a tenant's work can't be done");
            Due::At(app.clock.now() + chrono::TimeDelta::seconds(30))
        }
    };
    if let Err(e) = backlog::settle(&context(app, Scope::Platform, ""), taken, due).await {
        // Its lease ends by itself.
        tracing::warn!(tenant = %taken.tenant, error = ?e, "a tenant could not be given back");
    }
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
        let left = match taken.lane {
            Lane::Events => {
                let anew = |id: &str| context(app, Scope::Tenant(tenant.clone()), id);
                Box::pin(processing::pass(&ctx, anew)).await?
            }
            Lane::Webhooks => {
                let anew = || context(app, Scope::Tenant(tenant.clone()), "");
                Box::pin(sending::pass(&ctx, anew)).await?
            }
        };
        match left {
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
