//! Macros for the queries that all stores have: those that differ in nothing but the table. What
//! is a slice's own stands written out in its store.

/// Declares the reads of a table whose rows are found one by one.
///
/// `stored! { tasks: Task, TaskId, ROWS, live: tasks::deleted_at.is_null() }` makes, in a store,
///
/// ```ignore
/// pub async fn find(conn: &TenantConn, which: Predicate) -> QueryResult<Option<Task>>;
/// pub async fn by_ids(conn: &TenantConn, ids: &[TaskId], which: Predicate) -> QueryResult<Vec<Task>>;
/// pub async fn count(conn: &TenantConn, listing: &Listing) -> QueryResult<i64>;
/// pub async fn lock(tx: &TenantTx, which: Predicate) -> QueryResult<Vec<Task>>;
/// impl Row for Task { … }
/// ```
///
/// each of the form
///
/// ```ignore
/// tasks::table.filter(tasks::deleted_at.is_null()).filter(which).select(Task::as_select())…
/// ```
///
/// `live` is what holds for rows that are not in the trash; `Predicate::True` without one. The row
/// has the fields `id` and `version`.
#[macro_export]
macro_rules! stored {
    ($table:ident: $row:ty, $id:ty, $rows:path, live: $live:expr $(,)?) => {
        /// The one row that `which` holds for.
        pub async fn find(
            mut conn: &$crate::db::TenantConn,
            which: $crate::db::Predicate,
        ) -> diesel::QueryResult<Option<$row>> {
            let query = $table::table.filter($live).filter(which).select(<$row>::as_select());
            diesel_async::RunQueryDsl::first(query, &mut conn).await.optional()
        }

        /// Of these rows, those that `which` holds for.
        pub async fn by_ids(
            mut conn: &$crate::db::TenantConn,
            ids: &[$id],
            which: $crate::db::Predicate,
        ) -> diesel::QueryResult<Vec<$row>> {
            let query = $table::table
                .filter($table::id.eq_any(ids))
                .filter($live)
                .filter(which)
                .select(<$row>::as_select());
            diesel_async::RunQueryDsl::load(query, &mut conn).await
        }

        /// How many rows there are in all.
        pub async fn count(
            mut conn: &$crate::db::TenantConn,
            listing: &$crate::db::Listing,
        ) -> diesel::QueryResult<i64> {
            let query = $table::table
                .filter($live)
                .filter(listing.predicate.clone())
                .select(diesel::dsl::count_star());
            diesel_async::RunQueryDsl::first(query, &mut conn).await
        }

        /// The rows that `which` holds for; nobody else can change them before this transaction
        /// ends.
        pub async fn lock(
            tx: &$crate::db::TenantTx,
            which: $crate::db::Predicate,
        ) -> diesel::QueryResult<Vec<$row>> {
            let mut conn: &$crate::db::TenantConn = tx;
            let query = $table::table
                .filter($live)
                .filter(which)
                .order($table::id)
                .select(<$row>::as_select())
                .for_update();
            diesel_async::RunQueryDsl::load(query, &mut conn).await
        }

        impl $crate::ctx::Row for $row {
            const ROWS: $crate::authz::Rows = $rows;

            fn key(&self) -> uuid::Uuid {
                self.id.0
            }

            fn version(&self) -> i32 {
                self.version
            }

            async fn find(
                conn: &$crate::db::TenantConn,
                which: $crate::db::Predicate,
            ) -> diesel::QueryResult<Option<Self>> {
                find(conn, which).await
            }

            async fn lock(
                tx: &$crate::db::TenantTx,
                which: $crate::db::Predicate,
            ) -> diesel::QueryResult<Vec<Self>> {
                lock(tx, which).await
            }
        }
    };
}

/// Declares `counts_of` for a table whose rows are listed below others.
///
/// `counted! { tasks, live: … }` makes `pub async fn counts_of(conn: &TenantConn, parents: Vec<Uuid>,
/// column: Column, predicate: Predicate) -> QueryResult<Vec<(Uuid, i64)>>`.
#[macro_export]
macro_rules! counted {
    ($table:ident, live: $live:expr $(,)?) => {
        /// How many rows each parent has; `column` says whose they are.
        pub async fn counts_of(
            mut conn: &$crate::db::TenantConn,
            parents: Vec<uuid::Uuid>,
            column: $crate::db::Column,
            predicate: $crate::db::Predicate,
        ) -> diesel::QueryResult<Vec<(uuid::Uuid, i64)>> {
            let of = $crate::db::Predicate::Is(
                column,
                $crate::db::Test::In,
                $crate::db::Value::Ids(parents),
            );
            let parent = $crate::db::IdOf(column);
            let query = $table::table
                .filter(of)
                .filter($live)
                .filter(predicate)
                .group_by(parent)
                .select((parent.assume_not_null(), diesel::dsl::count_star()));
            diesel_async::RunQueryDsl::load(query, &mut conn).await
        }
    };
}

/// Declares `update` for a table that [`stored!`](crate::stored) knows.
///
/// `updated! { clients: Client, ClientPatch, live: … }` makes
/// `pub async fn update(tx, which, patch, by, now) -> QueryResult<Vec<Client>>`, which sets what the
/// patch says and counts the version up.
#[macro_export]
macro_rules! updated {
    ($table:ident: $row:ty, $patch:ty, live: $live:expr $(,)?) => {
        /// Changes every row that `which` holds for.
        pub async fn update(
            tx: &$crate::db::TenantTx,
            which: $crate::db::Predicate,
            patch: &$patch,
            by: Option<$crate::base::ids::UserId>,
            now: chrono::DateTime<chrono::Utc>,
        ) -> diesel::QueryResult<Vec<$row>> {
            let mut conn: &$crate::db::TenantConn = tx;
            let query = diesel::update($table::table)
                .filter($live)
                .filter(which)
                .set((
                    patch,
                    $table::version.eq($table::version + 1),
                    $table::updated_at.eq(now),
                    $table::updated_by.eq(by),
                ))
                .returning(<$row>::as_returning());
            diesel_async::RunQueryDsl::get_results(query, &mut conn).await
        }
    };
}

/// Declares the ways into the trash and out of it, for a table with `deleted_at`.
///
/// `trashed! { tasks: Task, bring_back, trashed_at }` makes
///
/// ```ignore
/// pub async fn trash(tx, which, by, now) -> QueryResult<usize>;
/// pub async fn restore(tx, which, by, now) -> QueryResult<Option<Task>>;
/// pub async fn trashed_at(conn, which) -> QueryResult<Option<DateTime<Utc>>>;
/// pub async fn bring_back(tx, which, deleted_at) -> QueryResult<Vec<Task>>;
/// ```
///
/// and makes the row [`Trashed`](crate::ctx::Trashed). The last two only when they are named: rows that hold others need to know when they went, and
/// those that lie in others come back with them.
#[macro_export]
macro_rules! trashed {
    ($table:ident: $row:ty $(, $more:ident)* $(,)?) => {
        /// Puts every row that `which` holds for into the trash; how many.
        pub async fn trash(
            tx: &$crate::db::TenantTx,
            which: $crate::db::Predicate,
            by: Option<$crate::base::ids::UserId>,
            now: chrono::DateTime<chrono::Utc>,
        ) -> diesel::QueryResult<usize> {
            let mut conn: &$crate::db::TenantConn = tx;
            let query = diesel::update($table::table)
                .filter($table::deleted_at.is_null())
                .filter(which)
                .set(($table::deleted_at.eq(now), $table::updated_by.eq(by)));
            diesel_async::RunQueryDsl::execute(query, &mut conn).await
        }

        /// Takes the row that `which` holds for out of the trash.
        pub async fn restore(
            tx: &$crate::db::TenantTx,
            which: $crate::db::Predicate,
            by: Option<$crate::base::ids::UserId>,
            now: chrono::DateTime<chrono::Utc>,
        ) -> diesel::QueryResult<Option<$row>> {
            let mut conn: &$crate::db::TenantConn = tx;
            let query = diesel::update($table::table)
                .filter(which)
                .filter($table::deleted_at.is_not_null())
                .set((
                    $table::deleted_at.eq(None::<chrono::DateTime<chrono::Utc>>),
                    $table::version.eq($table::version + 1),
                    $table::updated_at.eq(now),
                    $table::updated_by.eq(by),
                ))
                .returning(<$row>::as_returning());
            diesel_async::RunQueryDsl::get_result(query, &mut conn).await.optional()
        }

        impl $crate::ctx::Trashed for $row {
            async fn anywhere(
                mut conn: &$crate::db::TenantConn,
                which: $crate::db::Predicate,
            ) -> diesel::QueryResult<Option<(Self, bool)>> {
                let query = $table::table
                    .filter(which)
                    .select((<$row>::as_select(), $table::deleted_at.is_not_null()));
                diesel_async::RunQueryDsl::first(query, &mut conn).await.optional()
            }
        }

        $($crate::trashed!(@$more $table: $row);)*
    };
    (@trashed_at $table:ident: $row:ty) => {
        /// When the row went into the trash; `None` when it is not in there.
        pub async fn trashed_at(
            mut conn: &$crate::db::TenantConn,
            which: $crate::db::Predicate,
        ) -> diesel::QueryResult<Option<chrono::DateTime<chrono::Utc>>> {
            let query = $table::table.filter(which).select($table::deleted_at);
            let found: Option<Option<_>> =
                diesel_async::RunQueryDsl::first(query, &mut conn).await.optional()?;
            Ok(found.flatten())
        }
    };
    (@bring_back $table:ident: $row:ty) => {
        /// Takes the rows that went into the trash at `deleted_at` with what they lie in out
        /// again.
        pub async fn bring_back(
            tx: &$crate::db::TenantTx,
            which: $crate::db::Predicate,
            deleted_at: chrono::DateTime<chrono::Utc>,
        ) -> diesel::QueryResult<Vec<$row>> {
            let mut conn: &$crate::db::TenantConn = tx;
            let query = diesel::update($table::table)
                .filter(which)
                .filter($table::deleted_at.eq(deleted_at))
                .set($table::deleted_at.eq(None::<chrono::DateTime<chrono::Utc>>))
                .returning(<$row>::as_returning());
            diesel_async::RunQueryDsl::get_results(query, &mut conn).await
        }
    };
}

/// Declares the list of a table whose rows are listed without relations.
///
/// `listed_alone! { tags: Tag, live: … }` makes `page` in the store and implements
/// [`Alone`](crate::ctx::Alone).
#[macro_export]
macro_rules! listed_alone {
    ($table:ident: $row:ty, live: $live:expr $(,)?) => {
        /// The listed part of the rows.
        pub async fn page(
            mut conn: &$crate::db::TenantConn,
            listing: &$crate::db::Listing,
        ) -> diesel::QueryResult<Vec<$row>> {
            let query = $table::table
                .filter($live)
                .filter(listing.filter())
                .order(listing.order())
                .limit(listing.limit())
                .offset(listing.offset())
                .select(<$row>::as_select());
            diesel_async::RunQueryDsl::load(query, &mut conn).await
        }

        impl $crate::ctx::Alone for $row {
            async fn page(
                conn: &$crate::db::TenantConn,
                listing: &$crate::db::Listing,
            ) -> diesel::QueryResult<Vec<Self>> {
                page(conn, listing).await
            }

            async fn count(
                conn: &$crate::db::TenantConn,
                listing: &$crate::db::Listing,
            ) -> diesel::QueryResult<i64> {
                count(conn, listing).await
            }
        }
    };
}

/// Declares the loader of a slice's rows by their ids, as far as the caller may see them.
///
/// `loaded!(TaskId => Task, store::by_ids, service::VIEW)` makes
/// `impl Loader<TaskId> for Loaders { type Value = Task; … }`. Without a permission everybody who
/// has come across the id may see the row: it is a part of what they see.
#[macro_export]
macro_rules! loaded {
    ($id:ty => $row:ty, $by_ids:path $(, $view:expr)?) => {
        impl async_graphql::dataloader::Loader<$id> for $crate::ctx::Loaders {
            type Value = $row;
            type Error = std::sync::Arc<$crate::error::AppError>;

            async fn load(
                &self,
                ids: &[$id],
            ) -> Result<std::collections::HashMap<$id, $row>, Self::Error> {
                let which = $crate::db::Predicate::True;
                $(
                    let Some(reach) = self.reach(&$view) else {
                        return Ok(std::collections::HashMap::new());
                    };
                    let which =
                        which.and(reach.predicate(&<$row as $crate::ctx::Row>::ROWS));
                )?
                let conn = self.read().await?;
                let rows = $by_ids(&conn, ids, which).await;
                let rows = rows.map_err(|e| std::sync::Arc::new(e.into()))?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    };
}
