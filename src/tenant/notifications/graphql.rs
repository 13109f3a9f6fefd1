//! Notifications in the API.

mod inputs;
mod mutations;
mod received;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use uuid::Uuid;

use super::columns as c;
use super::{Notification, NotificationId, NotificationKind, NotificationPreference, service};
use crate::base::ids::encode;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Result};

use inputs::{NotificationFilter, NotificationOrder};
pub use mutations::Mutation;
pub use received::Subscription;

/// Something that you are told.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Notification", complex)]
pub struct NotificationNode {
    #[graphql(skip)]
    key: NotificationId,
    /// What it is about.
    kind: NotificationKind,
    /// What it says, in a line.
    title: String,
    /// What it says; may be empty.
    body: String,
    /// What kind of entity it is about, as ids of it begin.
    subject_type: String,
    /// Whether you have read it.
    is_read: bool,
    /// When you have read it; null while you have not.
    read_at: Option<DateTime>,
    /// When you were told.
    created_at: DateTime,
    #[graphql(skip)]
    subject: Uuid,
}

impl From<Notification> for NotificationNode {
    fn from(n: Notification) -> Self {
        Self {
            key: n.id,
            kind: n.kind,
            title: n.title,
            body: n.body,
            subject_type: n.subject_kind,
            is_read: n.read_at.is_some(),
            read_at: n.read_at.map(Into::into),
            created_at: n.created_at.into(),
            subject: n.subject_id,
        }
    }
}

crate::listed!(NotificationNode, "Notification");

impl Sorted for NotificationNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::CREATED_AT => Value::Time(self.created_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl NotificationNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// The global id of what it is about: `node` finds it, if you may see it still.
    async fn subject_id(&self) -> ID {
        ID(encode(&self.subject_type, self.subject))
    }
}

/// How you want to be told of one kind.
#[derive(Clone, SimpleObject)]
#[graphql(name = "NotificationPreference")]
pub struct PreferenceNode {
    /// Which kind.
    kind: NotificationKind,
    /// Whether in the application.
    in_app: bool,
    /// Whether by mail.
    email: bool,
}

impl From<NotificationPreference> for PreferenceNode {
    fn from(p: NotificationPreference) -> Self {
        Self { kind: p.kind, in_app: p.in_app, email: p.email }
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "NotificationQuery")]
impl Query {
    /// What you were told, the newest first unless ordered otherwise.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which notifications.")] filter: Option<Box<NotificationFilter>>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<NotificationOrder>>,
    ) -> Result<Connection<NotificationNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search: None, order_by }
            .listing::<NotificationNode>(service::owner(ctx.app()).map(|_| ()))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(NotificationNode::from).into())
    }

    /// How many notifications you have not read.
    async fn notification_unread_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = service::unread(ctx.app()).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// How you want to be told: one for each kind.
    async fn viewer_notification_preferences(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<PreferenceNode>> {
        let all = service::preferences(ctx.app()).await?;
        Ok(all.into_iter().map(Into::into).collect())
    }
}
