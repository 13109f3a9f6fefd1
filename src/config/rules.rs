//! What settings demand of each other. What a single value may be is said where it is declared.

use super::{
    auth::Auth, database::Database, general::General, graphql::Graphql, http::Http, limits::Limits,
    secret::Secret, values::Values,
};

/// `SECRET_KEY` signs tokens from this length on.
const SECRET_KEY_CHARS: usize = 50;

/// What the server's secret needs at least.
const SEALING_BYTES: usize = 32;

/// Fills in what follows from other settings.
pub(super) fn derive(
    general: &General,
    auth: &mut Auth,
    database: &mut Database,
    values: &mut Values,
) {
    derive_url(database, values);
    let Some(secret) = &general.secret_key else { return };
    if auth.signing_key.is_some() || !auth.keys.is_empty() {
        return;
    }
    let chars = secret.expose().chars().count();
    if chars >= SECRET_KEY_CHARS {
        auth.signing_key = Some(secret.clone());
        let from = values.names_of(&["secret_key"]);
        values.derive("auth.signing_key", secret.expose(), from);
    } else {
        values.notes.push(format!(
            "SECRET_KEY does not sign tokens: it has {chars} characters, not {SECRET_KEY_CHARS}"
        ));
    }
}

fn derive_url(database: &mut Database, values: &mut Values) {
    const PARTS: [&str; 5] =
        ["database.host", "database.port", "database.name", "database.user", "database.password"];
    let names = values.names_of(&PARTS);
    if names.is_empty() {
        return;
    }
    let built = database.url_of_parts();
    match (&database.url, built) {
        (Some(_), _) => values.notes.push(format!("not used, because a URL is given: {names}")),
        (None, None) => {
            values.notes.push(format!("not used without DB_HOST or DB_NAME: {names}"));
        }
        (None, Some(url)) => {
            values.derive("database.url", url.expose(), names);
            database.url = Some(url);
        }
    }
}

/// Everything that does not go together; production is held to more.
pub(super) fn check(
    general: &General,
    http: &Http,
    auth: &Auth,
    database: &Database,
) -> Vec<String> {
    let mut problems = Vec::new();
    if http.cors_credentials && http.allows_any_origin() {
        problems.push("CORS_ALLOW_CREDENTIALS: cannot be true for all origins (*)".to_owned());
    }
    if auth.refresh_seconds < auth.access_seconds {
        problems.push(format!(
            "REFRESH_TOKEN_LIFETIME_SECONDS: {} is shorter than ACCESS_TOKEN_LIFETIME_SECONDS, {}",
            auth.refresh_seconds, auth.access_seconds
        ));
    }
    if general.mode.is_production() {
        check_production(general, auth, database, &mut problems);
    }
    problems
}

/// A caller's bucket has to hold what the dearest operation costs, or that could never run.
pub(super) fn check_cost(limits: &Limits, graphql: &Graphql) -> Option<String> {
    let (points, dearest) = (limits.cost_per_minute.get() as usize, graphql.max_cost);
    (points < dearest).then(|| {
        format!("RATE_LIMIT_COST_PER_MINUTE: {points} is less than graphql.max_cost, {dearest}")
    })
}

fn check_production(
    general: &General,
    auth: &Auth,
    database: &Database,
    problems: &mut Vec<String>,
) {
    if auth.signing_key.is_none() && auth.keys.is_empty() {
        problems.push(format!(
            "JWT_SIGNING_KEY: production needs a key for tokens: this one (32 bytes or more), \
             JWT_KEYS, or a SECRET_KEY of at least {SECRET_KEY_CHARS} characters"
        ));
    }
    let seals = general.secret_key.as_ref().is_some_and(|s| s.expose().len() >= SEALING_BYTES);
    if auth.signing_key.is_none() && !auth.keys.is_empty() && !seals {
        problems.push(format!(
            "SECRET_KEY: production needs {SEALING_BYTES} bytes or more beside JWT_KEYS, to seal \
             what is kept in the database"
        ));
    }
    if database.url.is_none() {
        problems.push(
            "DATABASE_URL: production needs a database: this, or DB_HOST and DB_NAME".to_owned(),
        );
    }
    // What was derived is named only by what it was derived from.
    let secret_key = general.secret_key.as_ref().map(Secret::expose);
    let signing_key = auth.signing_key.as_ref().map(Secret::expose);
    let password = database.password.as_ref().map(Secret::expose);
    let in_url = database.url.as_ref().and_then(|url| url.password());
    let secrets = [
        ("SECRET_KEY", secret_key),
        ("JWT_SIGNING_KEY", signing_key.filter(|_| signing_key != secret_key)),
        ("DB_PASSWORD", password),
        ("DATABASE_URL", in_url.filter(|_| in_url != password)),
        ("DATABASE_ADMIN_URL", database.admin_url.as_ref().and_then(|url| url.password())),
    ];
    for (name, secret) in secrets {
        if secret.is_some_and(is_placeholder) {
            problems.push(format!("{name}: holds a placeholder; production needs a real secret"));
        }
    }
}

/// What examples put where a secret belongs.
fn is_placeholder(secret: &str) -> bool {
    const STARTS: [&str; 5] =
        ["change-me", "changeme", "django-insecure-", "your-secret-key", "your-jwt-signing-key"];
    let text = secret.to_ascii_lowercase().replace('_', "-");
    matches!(text.as_str(), "secret" | "password") || STARTS.iter().any(|s| text.starts_with(s))
}
