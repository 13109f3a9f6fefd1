//! Changes of single objects, as subscribers hear of them: what happened, and the object as it is
//! now. What is the same for all kinds of objects; slices declare theirs with `changes!`.

use async_graphql::Context;
use uuid::Uuid;

use crate::audit::Recorded;
use crate::authz::Reach;
use crate::ctx::{Ctx, Trashed, only};
use crate::error::{Invalid, Problem};
use crate::events::{Event, Pattern, Tracked};
use crate::graphql::live::{self, Told};
use crate::graphql::{CtxExt, Result};
use crate::live::{Interest, cursor};
use crate::tenant::events::graphql::EventNode;
use crate::tenant::events::service::shown;

/// Patterns that a subscription may have.
const MAX_PATTERNS: usize = 20;

/// What a subscription follows.
pub struct Following<R> {
    pub tracked: &'static Tracked,
    /// Only these; `None` for all.
    pub ids: Option<Vec<Uuid>>,
    /// Only events that one of these patterns matches; `None` for all.
    pub event_types: Option<Vec<String>>,
    /// Only what lies in all of these, or did.
    pub within: Vec<Within<R>>,
}

/// Something that rows lie in.
pub struct Within<R> {
    /// The column that says so.
    pub column: &'static str,
    pub id: Uuid,
    /// What a row lies in.
    pub of: fn(&R) -> Option<Uuid>,
}

/// Answers a subscription's field; `say` puts the answer into words: the cursor, what happened,
/// and the row, if it is there and the caller may see it.
pub async fn follow<R: Trashed, T>(
    ctx: &Context<'_>,
    after: Option<String>,
    following: Following<R>,
    say: impl FnOnce(String, EventNode, Option<R>) -> T,
) -> Result<Told<T>> {
    let app = ctx.app();
    app.require_some(following.tracked.view)?;
    let patterns = patterns(following.event_types.as_deref())?;
    let ids = following.ids.clone();
    let interest = || {
        let kinds = vec![following.tracked.kind()];
        Ok(Interest { kinds, objects: live::objects(ids)?, names: None })
    };
    live::follow(ctx, after.as_deref(), interest, async |row| {
        let told = told(app, row, &patterns, &following).await?;
        let cursor = cursor(app.tenant()?.id.0, row.seq);
        Ok(told.map(|(event, row)| say(cursor, event.into(), row)))
    })
    .await
}

/// Reads patterns of events.
pub fn patterns(texts: Option<&[String]>) -> crate::error::Result<Option<Vec<Pattern>>> {
    let Some(texts) = texts else { return Ok(None) };
    let wrong = |why: String| Invalid::new(Problem::Invalid, "filter.eventTypes", why);
    if texts.len() > MAX_PATTERNS {
        return Err(wrong(format!("can't hold more than {MAX_PATTERNS} patterns")).into());
    }
    let read = |text: &String| Pattern::parse(text).map_err(|why| wrong(why.to_owned()).into());
    texts.iter().map(read).collect::<crate::error::Result<_>>().map(Some)
}

/// Whether one of the patterns matches, if there are any.
pub fn matches(patterns: Option<&[Pattern]>, event: &Event) -> bool {
    patterns.is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(event)))
}

/// What there is to tell of what was recorded; `None` when the caller may not hear of it. What they
/// could not see before and can't see now did not happen; what was their own and is no more did,
/// without the row.
async fn told<R: Trashed>(
    ctx: &Ctx,
    row: &Recorded,
    patterns: &Option<Vec<Pattern>>,
    following: &Following<R>,
) -> crate::error::Result<Option<(Event, Option<R>)>> {
    let reach = ctx.reach(following.tracked.view)?;
    let event = shown(ctx, following.tracked, row.clone());
    if !matches(patterns.as_deref(), &event) {
        return Ok(None);
    }
    let which = only::<R>(row.object_id).and(reach.predicate(&R::ROWS));
    let found = R::anywhere(&*ctx.read().await?, which).await?;
    if found.is_none() && !was_theirs::<R>(ctx, &reach, &event) {
        return Ok(None);
    }
    let is_within = following.within.iter().all(|within| {
        let lies_in = found.as_ref().and_then(|(row, _)| (within.of)(row));
        lies_in == Some(within.id) || event.mentions(within.column, within.id)
    });
    let here = found.filter(|(_, in_trash)| !in_trash).map(|(row, _)| row);
    Ok(is_within.then_some((event, here)))
}

fn was_theirs<R: Trashed>(ctx: &Ctx, reach: &Reach, event: &Event) -> bool {
    match reach {
        Reach::All => true,
        Reach::Part(part) => {
            let user = ctx.user().filter(|_| part.has_own());
            user.is_some_and(|user| R::ROWS.owners.iter().any(|own| event.had(own.name, user.0)))
        }
    }
}

/// Declares what subscribers hear of the changes of one kind of rows: the object that tells of a
/// change, the filter, and the subscription's field.
#[macro_export]
macro_rules! changes {
    (
        $row:ty => $node:ty, $id:ty, $tracked:path;
        $(#[$change_doc:meta])*
        $change:ident {
            $(#[$name_doc:meta])*
            $name:ident
        }
        $(#[$filter_doc:meta])*
        $filter:ident {
            $(#[$ids_doc:meta])*
            ids
            $(, $(#[$within_doc:meta])* $within:ident: $within_id:ty => $of:expr)*
        }
        $(#[$field_doc:meta])*
        $field:ident in $subscription:tt
    ) => {
        $(#[$change_doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $change {
            /// Its place among all that happens in the tenant: pass it as `after` to go on behind it.
            cursor: String,
            /// What happened, when, and who did it.
            event: $crate::tenant::events::graphql::EventNode,
            $(#[$name_doc])*
            $name: Option<$node>,
        }

        $(#[$filter_doc])*
        #[derive(Default, async_graphql::InputObject)]
        pub struct $filter {
            $(#[$ids_doc])*
            ids: Option<Vec<$id>>,
            /// Events that one of these patterns matches, at most 20 of them, such as
            /// `*.UPDATE` or `*.assigned_to.*`.
            event_types: Option<Vec<String>>,
            $($(#[$within_doc])* $within: Option<$within_id>,)*
        }

        #[derive(Default)]
        pub struct Subscription;

        #[async_graphql::Subscription(name = $subscription)]
        impl Subscription {
            $(#[$field_doc])*
            async fn $field(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Which changes; all that you may see when left out.")]
                filter: Option<$filter>,
                #[graphql(desc = "Changes behind this cursor first; otherwise those from now on.")]
                after: Option<String>,
            ) -> $crate::graphql::Result<$crate::graphql::live::Told<$change>> {
                let filter = filter.unwrap_or_default();
                let within: Vec<Option<$crate::tenant::changes::Within<$row>>> =
                    vec![$(filter.$within.map(|id| $crate::tenant::changes::Within::<$row> {
                        column: stringify!($within),
                        id: id.0,
                        of: $of,
                    }),)*];
                let following = $crate::tenant::changes::Following::<$row> {
                    tracked: &$tracked,
                    ids: filter.ids.map(|ids| ids.into_iter().map(|id| id.0).collect()),
                    event_types: filter.event_types,
                    within: within.into_iter().flatten().collect(),
                };
                $crate::tenant::changes::follow(ctx, after, following, |cursor, event, row| {
                    $change { cursor, event, $name: row.map(<$node>::from) }
                })
                .await
            }
        }
    };
}
