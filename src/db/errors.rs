//! What a database error means to a caller. The only place that looks at diesel's errors.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind as Kind, Error};

use crate::error::{AppError, Invalid, Problem};

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound("row"),
            Error::DatabaseError(Kind::UniqueViolation, info) => {
                Invalid::new(Problem::Taken, &field_of(&*info), "is already taken").into()
            }
            Error::DatabaseError(Kind::ForeignKeyViolation, info) => {
                Invalid::new(Problem::NotFound, &field_of(&*info), "does not exist").into()
            }
            e if is_passing(&e) => Self::Unavailable(e.into()),
            e => Self::Internal(e.into()),
        }
    }
}

/// Timeouts, lost connections and conflicts between transactions: worth another try.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::DatabaseError(Kind::ClosedConnection | Kind::SerializationFailure, _) => true,
        Error::DatabaseError(_, info) => {
            let text = info.message();
            text.starts_with("canceling statement due to")
                || text.starts_with("terminating connection")
                || text.starts_with("deadlock detected")
                || text.starts_with("sorry, too many clients")
                || text.contains("connection closed")
                || text.starts_with("error communicating with the server")
        }
        Error::BrokenTransactionManager => true,
        _ => false,
    }
}

/// Whether the statement waited too long for a lock that another transaction holds.
pub fn is_lock_timeout(error: &AppError) -> bool {
    matches!(error, AppError::Unavailable(e)
        if e.to_string().starts_with("canceling statement due to lock timeout"))
}

/// The input field a constraint guards, by its name: `users_email_key` is `input.email`,
/// `tasks_project_id_fkey` is `input.projectId`.
fn field_of(info: &dyn DatabaseErrorInformation) -> String {
    let name = info.constraint_name().unwrap_or_default();
    let table = info.table_name().unwrap_or_default();
    let column = name.strip_prefix(table).unwrap_or(name).trim_start_matches('_');
    let column = column.trim_end_matches("_fkey").trim_end_matches("_key");
    let mut camel = String::from("input.");
    let mut upper = false;
    for c in column.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                camel.push(c.to_ascii_uppercase());
                upper = false;
            }
            c => camel.push(c),
        }
    }
    camel
}
