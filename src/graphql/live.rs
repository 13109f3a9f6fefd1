//! Fields of subscriptions: how they say what they want to hear of, and answer when it happens. Who
//! asks them, when, and in whose name, is in `http`.

use std::collections::BTreeSet;
use std::option;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use async_graphql::Context;
use futures_util::stream::{self, Iter};
use uuid::Uuid;

use super::{CtxExt, Result};
use crate::audit::Recorded;
use crate::error::{AppError, Invalid, Problem};
use crate::live::{self, Ask, Interest};

/// Objects that a subscription may name.
const MAX_OBJECTS: usize = 100;

/// What a field has to tell of an event, if anything.
pub type Told<T> = Iter<option::IntoIter<T>>;

/// Answers what the field is asked. Its permission was asked for before; `tell` looks once more at
/// what may be seen.
pub async fn follow<T>(
    ctx: &Context<'_>,
    after: Option<&str>,
    interest: impl FnOnce() -> crate::error::Result<Interest>,
    tell: impl AsyncFnOnce(&Recorded) -> crate::error::Result<Option<T>>,
) -> Result<Told<T>> {
    match ctx.data_opt::<Arc<Ask>>().map(|asked| &**asked) {
        Some(Ask::Begin(wanted)) => {
            let tenant = ctx.app().tenant()?.id.0;
            let from = after.map(|after| live::place(tenant, after)).transpose()?;
            *wanted.lock() = Some((interest()?, from));
            Ok(stream::iter(None))
        }
        Some(Ask::Tell { row, answered }) => {
            let told = tell(row).await?;
            answered.store(true, Relaxed);
            Ok(stream::iter(told))
        }
        None => Err(AppError::internal("nobody asks this subscription").into()),
    }
}

/// The objects that a filter names, within the limit.
pub fn objects(ids: Option<Vec<Uuid>>) -> crate::error::Result<Option<BTreeSet<Uuid>>> {
    match ids {
        Some(ids) if ids.len() > MAX_OBJECTS => {
            let why = format!("can't hold more than {MAX_OBJECTS} ids");
            Err(Invalid::new(Problem::Invalid, "filter.ids", why).into())
        }
        ids => Ok(ids.map(BTreeSet::from_iter)),
    }
}
