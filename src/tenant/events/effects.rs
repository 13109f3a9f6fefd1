//! What handlers do: the words, and whom they go to.

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use crate::audit::ActorKind;
use crate::base::ids::{UserId, decode};
use crate::ctx::{Ctx, Trashed, only};
use crate::db::{TenantConn, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::events::Event;
use crate::mail::{Letter, Message};
use crate::tenant::cases::Case;
use crate::tenant::clients::Client;
use crate::tenant::documents::Document;
use crate::tenant::event_handlers::{EventHandler, EventHandlerKind, HandlerConfig, Recipient};
use crate::tenant::notes::Note;
use crate::tenant::notifications::{self, NewNotification, NotificationId};
use crate::tenant::projects::Project;
use crate::tenant::tasks::{self, NewTask, Task, TaskStatus};
use crate::tenant::users::{self, User};
use crate::tenant::webhooks;

/// What a handler does in this database.
pub(super) async fn inside(
    ctx: &Ctx,
    tx: &TenantTx,
    handler: &EventHandler,
    event: &Event,
) -> Result<()> {
    match handler.kind {
        EventHandlerKind::Notification => notify(ctx, tx, handler, event).await,
        EventHandlerKind::Webhook => send(ctx, tx, handler, event).await,
        EventHandlerKind::Task => add_task(ctx, tx, handler, event).await,
        // Letters go out from here: see `letters`.
        EventHandlerKind::Email => Ok(()),
    }
}

/// Writes the message for a webhook.
async fn send(ctx: &Ctx, tx: &TenantTx, handler: &EventHandler, event: &Event) -> Result<()> {
    let Some(id) = handler.config()?.webhook else { return Ok(()) };
    match webhooks::service::by_ids(tx, &[id]).await?.pop() {
        Some(webhook) => webhooks::outbox::send(ctx, tx, &webhook, event).await,
        None => Err(Invalid::new(Problem::NotFound, "", "the webhook is gone").into()),
    }
}

/// Adds a task.
async fn add_task(ctx: &Ctx, tx: &TenantTx, handler: &EventHandler, event: &Event) -> Result<()> {
    let config = handler.config()?;
    let Some(project_id) = config.project else { return Ok(()) };
    let entity = entity(tx, event).await?;
    // Nobody is told here: what people want to be told of and by whom is nothing to a task.
    let assignee = concerned(tx, &config, event, &entity).await?.into_iter().next();
    let (title, description) = words(ctx, tx, &config, event, &entity).await?;
    let days = config.due_in_days.map(|days| TimeDelta::days(i64::from(days)));
    let new = NewTask {
        project_id: Some(project_id),
        client_id: None,
        case_id: None,
        title,
        description,
        status: TaskStatus::Todo,
        priority: config.priority,
        due_date: days.map(|days| (ctx.now + days).date_naive()),
        assigned_to: users::told::by_ids(tx, assignee.as_slice())
            .await?
            .pop()
            .filter(|user| user.is_active)
            .map(|user| user.id),
    };
    tasks::service::add(ctx, tx, &new).await?;
    Ok(())
}

/// Tells people in the application.
async fn notify(ctx: &Ctx, tx: &TenantTx, handler: &EventHandler, event: &Event) -> Result<()> {
    let config = handler.config()?;
    let entity = entity(tx, event).await?;
    let recipients = recipients(tx, &config, event, &entity, false).await?;
    if recipients.is_empty() {
        return Ok(());
    }
    let (title, body) = words(ctx, tx, &config, event, &entity).await?;
    let new = recipients.into_iter().map(|user| NewNotification {
        id: NotificationId::generate(),
        user_id: user.id,
        kind: config.about,
        title: title.clone(),
        body: body.clone(),
        subject_kind: event.kind.to_owned(),
        subject_id: event.object,
        event_seq: event.seq,
        handler_id: handler.id.0,
        created_at: ctx.now,
    });
    notifications::service::tell(ctx, tx, &new.collect::<Vec<_>>()).await
}

/// The letters that go to people.
pub(super) async fn letters(
    ctx: &Ctx,
    conn: &TenantTx,
    handler: &EventHandler,
    event: &Event,
) -> Result<Vec<Message>> {
    let config = handler.config()?;
    let entity = entity(conn, event).await?;
    let recipients = recipients(conn, &config, event, &entity, true).await?;
    if recipients.is_empty() {
        return Ok(vec![]);
    }
    let (subject, body) = words(ctx, conn, &config, event, &entity).await?;
    let signature = ctx.tenant()?.name.clone();
    let letter = |user: &User| Letter {
        subject: subject.clone(),
        name: user.display_name(),
        before: body.split("\n\n").map(str::to_owned).collect(),
        signature: signature.clone(),
        ..Letter::default()
    };
    Ok(recipients.iter().map(|user| letter(user).to(&user.email)).collect())
}

async fn words(
    ctx: &Ctx,
    conn: &TenantConn,
    config: &HandlerConfig,
    event: &Event,
    entity: &Map<String, Value>,
) -> Result<(String, String)> {
    let actor = match (event.actor_kind, event.actor) {
        (ActorKind::User, Some(id)) => users::told::by_ids(conn, &[UserId(id)]).await?.pop(),
        _ => None,
    };
    let actor = actor.map_or_else(
        || json!({ "name": "Somebody", "email": "" }),
        |user| json!({ "name": user.display_name(), "email": user.email }),
    );
    config.words(&json!({
        "event": {
            "type": event.name(), "action": event.action.name(), "entity": event.entity,
            "changed": event.changed(),
        },
        "entity": entity,
        "before": event.before,
        "after": event.after,
        "actor": actor,
        "tenant": { "name": ctx.tenant()?.name },
    }))
}

/// Whom the handler's recipients are.
async fn concerned(
    tx: &TenantTx,
    config: &HandlerConfig,
    event: &Event,
    entity: &Map<String, Value>,
) -> Result<Vec<UserId>> {
    let of = |column: &str| {
        // Whoever it was assigned to then, though it may be another by now.
        let then = event.after.as_ref().and_then(|after| after.get(column));
        let (_, id) = decode(then.or_else(|| entity.get(column))?.as_str()?)?;
        Some(UserId(id))
    };
    let mut ids = vec![];
    for recipient in &config.recipients {
        match recipient {
            Recipient::Assignee => ids.extend(of("assigned_to")),
            Recipient::Creator => ids.extend(of("created_by")),
            Recipient::Owners => ids.extend(users::told::owners(tx).await?),
            Recipient::Mentioned => ids.extend(newly_mentioned(event)),
        }
    }
    Ok(ids)
}

/// Who is mentioned now and was not before.
fn newly_mentioned(event: &Event) -> Vec<UserId> {
    let named = |state: &Option<Map<String, Value>>| -> Vec<UserId> {
        let ids = state.as_ref().and_then(|state| state.get("mentions")?.as_array());
        let id = |id: &Value| Some(UserId(decode(id.as_str()?)?.1));
        ids.into_iter().flatten().filter_map(id).collect()
    };
    let before = named(&event.before);
    let mut now = named(&event.after);
    now.retain(|id| !before.contains(id));
    now
}

/// Whom the handler tells: each once, if they can still sign in and want to be told so.
async fn recipients(
    tx: &TenantTx,
    config: &HandlerConfig,
    event: &Event,
    entity: &Map<String, Value>,
    by_mail: bool,
) -> Result<Vec<User>> {
    let mut ids = concerned(tx, config, event, entity).await?;
    let actor = event.actor.filter(|_| event.actor_kind == ActorKind::User);
    ids.retain(|id| config.tells_actor || Some(id.0) != actor);
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let ids = notifications::service::wanting(tx, &ids, config.about, by_mail).await?;
    let mut found = users::told::by_ids(tx, &ids).await?;
    found.retain(|user| user.is_active);
    Ok(found)
}

/// What the event is about, as it is now, wherever it is.
async fn entity(conn: &TenantConn, event: &Event) -> Result<Map<String, Value>> {
    match event.entity {
        "Client" => state::<Client>(conn, event).await,
        "Case" => state::<Case>(conn, event).await,
        "Note" => state::<Note>(conn, event).await,
        "Project" => state::<Project>(conn, event).await,
        "Task" => state::<Task>(conn, event).await,
        "Document" => state::<Document>(conn, event).await,
        _ => Ok(Map::new()),
    }
}

async fn state<R: Trashed + serde::Serialize>(
    conn: &TenantConn,
    event: &Event,
) -> Result<Map<String, Value>> {
    let Some((row, _)) = R::anywhere(conn, only::<R>(event.object)).await? else {
        return Ok(Map::new());
    };
    match serde_json::to_value(row).map_err(|e| AppError::Internal(e.into()))? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}
