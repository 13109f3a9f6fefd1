//! Clients in the API.

mod bulk;
mod changes;
mod filter;
mod inputs;
mod lists;
mod mutations;
mod queries;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};

pub use bulk::Mutation as BulkMutation;
pub use changes::Subscription;
pub use filter::{ClientFilter, ClientOrder};
pub use lists::{ClientConnection, ClientList, clients_of};
pub use mutations::Mutation;
pub use queries::Query;

use super::columns as c;
use super::{Client, ClientId, ClientRow, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::nullable;
use crate::graphql::scalars::{Date, DateTime, EmailAddress};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::branches::BranchId;
use crate::tenant::branches::graphql::{self as branches, BranchNode};
use crate::tenant::cases;
use crate::tenant::cases::graphql::{CaseConnection, CaseFilter, CaseList, CaseOrder, cases_of};
use crate::tenant::documents;
use crate::tenant::documents::graphql::{
    DocumentConnection, DocumentFilter, DocumentList, DocumentOrder, documents_of,
};
use crate::tenant::events::graphql::{EventConnection, history_of};
use crate::tenant::notes;
use crate::tenant::notes::graphql::{NoteConnection, NoteFilter, NoteList, NoteOrder, notes_of};
use crate::tenant::permissions::graphql::{ObjectAccess, access_to};
use crate::tenant::permissions::service::{Branch, Standing, holds_on};
use crate::tenant::stages::StageId;
use crate::tenant::stages::graphql::{self as stages, StageNode};
use crate::tenant::tags::graphql::TagNode;
use crate::tenant::tasks;
use crate::tenant::tasks::graphql::{TaskConnection, TaskFilter, TaskList, TaskOrder, tasks_of};
use crate::tenant::users::graphql::{self as users, UserNode};

/// Somebody whom the tenant works for.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Client", complex)]
pub struct ClientNode {
    #[graphql(skip)]
    pub key: ClientId,
    /// First, middle and last name.
    full_name: String,
    /// Given name; empty when not given.
    first_name: String,
    /// Names in between; may be empty.
    middle_name: String,
    /// Family name; empty when not given.
    last_name: String,
    /// What they like to be called; may be empty.
    preferred_name: String,
    /// Their address for mail.
    email: Option<EmailAddress>,
    /// Their telephone number.
    phone: Option<String>,
    /// The day they were born.
    date_of_birth: Option<Date>,
    /// The country they were born in (ISO 3166-1 alpha-2).
    country_of_birth: Option<String>,
    /// The country they are a citizen of (ISO 3166-1 alpha-2).
    nationality: Option<String>,
    /// The country they live in (ISO 3166-1 alpha-2).
    country_of_residence: Option<String>,
    /// The country that issued their passport (ISO 3166-1 alpha-2).
    passport_country: Option<String>,
    /// The day their passport was issued.
    passport_issued_on: Option<Date>,
    /// The last day of their passport.
    passport_expires_on: Option<Date>,
    /// The kind of visa or permit that they have now.
    visa_type: Option<String>,
    /// The last day of their visa.
    visa_expires_on: Option<Date>,
    /// Where they live, as one writes it on a letter; may be empty.
    address: String,
    /// The language to write to them in (BCP 47).
    language: Option<String>,
    /// How they came here: an advertisement, a recommendation.
    source: Option<String>,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When they were added.
    pub created_at: DateTime,
    /// When they were last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    numbers: [Option<String>; 2],
    #[graphql(skip)]
    stage_id: StageId,
    #[graphql(skip)]
    branch_id: Option<BranchId>,
    #[graphql(skip)]
    assigned_to_id: Option<UserId>,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    #[graphql(skip)]
    updated_by_id: Option<UserId>,
    /// Stage, branch and assignee, if the statement that read the client read them too.
    #[graphql(skip)]
    relations: Option<Box<(Option<StageNode>, Option<BranchNode>, Option<UserNode>)>>,
}

impl From<Client> for ClientNode {
    fn from(client: Client) -> Self {
        ClientRow::from(client).into()
    }
}

impl From<ClientRow> for ClientNode {
    fn from(ClientRow { client: c, relations }: ClientRow) -> Self {
        Self {
            key: c.id,
            full_name: c.full_name,
            first_name: c.first_name,
            middle_name: c.middle_name,
            last_name: c.last_name,
            preferred_name: c.preferred_name,
            email: c.email.map(EmailAddress),
            phone: c.phone,
            date_of_birth: c.date_of_birth.map(Into::into),
            country_of_birth: c.country_of_birth,
            nationality: c.nationality,
            country_of_residence: c.country_of_residence,
            passport_country: c.passport_country,
            passport_issued_on: c.passport_issued_on.map(Into::into),
            passport_expires_on: c.passport_expires_on.map(Into::into),
            visa_type: c.visa_type,
            visa_expires_on: c.visa_expires_on.map(Into::into),
            address: c.address,
            language: c.language,
            source: c.source,
            version: c.version,
            created_at: c.created_at.into(),
            updated_at: c.updated_at.into(),
            numbers: [c.passport_number, c.visa_number],
            stage_id: c.stage_id,
            branch_id: c.branch_id,
            assigned_to_id: c.assigned_to,
            created_by_id: c.created_by,
            updated_by_id: c.updated_by,
            relations: relations.map(|(s, b, u)| {
                Box::new((s.map(Into::into), b.map(Into::into), u.map(Into::into)))
            }),
        }
    }
}

crate::listed!(ClientNode, "Client");

impl Sorted for ClientNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[c::FULL_NAME, c::PREFERRED_NAME, c::EMAIL, c::PHONE];

    fn sort_value(&self, column: Column) -> Value {
        let day = |day: Option<Date>| day.map_or(Value::Null, |d| Value::Date(d.0));
        match column {
            c::FULL_NAME => Value::Text(self.full_name.clone()),
            c::LAST_NAME => Value::Text(self.last_name.clone()),
            c::DATE_OF_BIRTH => day(self.date_of_birth),
            c::PASSPORT_EXPIRES_ON => day(self.passport_expires_on),
            c::VISA_EXPIRES_ON => day(self.visa_expires_on),
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

/// The client behind a reference, one statement for all references of the operation; null when
/// there is none that the caller may see.
pub async fn of(ctx: &Context<'_>, id: Option<ClientId>) -> Nullable<ClientNode> {
    let found = ctx.app().load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

impl ClientNode {
    /// Whose it is, and where it lies.
    fn standing(&self) -> Standing {
        Standing {
            owners: vec![self.assigned_to_id, self.created_by_id],
            objects: vec![self.key.0],
            branch: Branch::Known(self.branch_id.map(|branch| branch.0)),
        }
    }

    async fn number(&self, ctx: &Context<'_>, at: usize) -> Result<Option<String>> {
        let Some(number) = &self.numbers[at] else { return Ok(None) };
        let may = holds_on(ctx.app(), &service::VIEW_IDENTITY, &self.standing()).await?;
        Ok(may.then(|| number.clone()))
    }
}

#[ComplexObject]
impl ClientNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// The number of their passport; null without the permission `clients.view_identity`.
    async fn passport_number(&self, ctx: &Context<'_>) -> Nullable<String> {
        self.number(ctx, 0).await.map_err(Into::into).transpose()
    }

    /// The number of their visa; null without the permission `clients.view_identity`.
    async fn visa_number(&self, ctx: &Context<'_>) -> Nullable<String> {
        self.number(ctx, 1).await.map_err(Into::into).transpose()
    }

    /// How far they are.
    async fn stage(&self, ctx: &Context<'_>) -> Nullable<StageNode> {
        match &self.relations {
            Some(read) => read.0.clone().map(Ok),
            None => stages::of(ctx, Some(self.stage_id)).await,
        }
    }

    /// The branch that looks after them, if any.
    async fn branch(&self, ctx: &Context<'_>) -> Nullable<BranchNode> {
        match &self.relations {
            Some(read) => read.1.clone().map(Ok),
            None => branches::of(ctx, self.branch_id).await,
        }
    }

    /// Who looks after them.
    async fn assigned_to(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        match &self.relations {
            Some(read) => read.2.clone().map(Ok),
            None => users::of(ctx, self.assigned_to_id).await,
        }
    }

    /// What they are marked with, by name.
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<TagNode>> {
        let tags = service::tags_of(ctx.app(), self.key).await?;
        Ok(tags.into_iter().map(Into::into).collect())
    }

    /// Their cases, newest first unless ordered otherwise.
    async fn cases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which cases.")] filter: Option<Box<CaseFilter>>,
        #[graphql(desc = "Text in the title, the type or the file number.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<CaseOrder>>,
    ) -> Result<CaseConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let args = CaseList { page, filter, search, order_by };
        cases_of(ctx, cases::CLIENT_ID, self.key, args).await
    }

    /// Their tasks, newest first unless ordered otherwise.
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which tasks.")] filter: Option<Box<TaskFilter>>,
        #[graphql(desc = "Text in the title or the description.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<TaskOrder>>,
    ) -> Result<TaskConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let args = TaskList { page, filter, search, order_by };
        tasks_of(ctx, tasks::CLIENT_ID, self.key, args).await
    }

    /// Their documents, newest first unless ordered otherwise.
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which documents.")] filter: Option<Box<DocumentFilter>>,
        #[graphql(desc = "Text in the name or the description.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<DocumentOrder>>,
    ) -> Result<DocumentConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let args = DocumentList { page, filter, search, order_by };
        documents_of(ctx, documents::CLIENT_ID, self.key, args).await
    }

    /// Their notes, newest first unless ordered otherwise.
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which notes.")] filter: Option<Box<NoteFilter>>,
        #[graphql(desc = "Text in the note.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<NoteOrder>>,
    ) -> Result<NoteConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let args = NoteList { page, filter, search, order_by };
        notes_of(ctx, notes::CLIENT_ID, self.key, args).await
    }

    /// What you may do with them.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<ObjectAccess> {
        access_to(ctx, [&service::CHANGE, &service::DELETE], &self.standing()).await
    }

    /// What happened to them, the newest first. Numbers of passport and visa are null in it without
    /// the permission `clients.view_identity`.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
    ) -> Result<EventConnection> {
        let page = PageArgs { first, after, last, before, offset: None };
        history_of(ctx, &service::TRACKED, self.key, page).await
    }

    /// Who added them.
    pub async fn created_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.created_by_id).await
    }

    /// Who changed them last.
    pub async fn updated_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.updated_by_id).await
    }
}
