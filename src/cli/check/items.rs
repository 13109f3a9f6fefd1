//! Everything that is looked at, each under an id that stays. Where Django knows the same mistake,
//! the number is Django's. What is wrong in a given case is said by those who look.

use super::Level;

/// When something can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Reading the configuration.
    Configuration,
    /// What the settings alone tell; for production.
    Settings,
    /// Asking other servers; for production.
    Surroundings,
    /// How the database would be reached; for production.
    Way,
    /// The database answers.
    Database,
    /// How it is run; for production.
    Server,
    /// What is in it.
    Tables,
    /// Who is in it; for production.
    Accounts,
}

/// Something that is looked at.
#[derive(Debug)]
pub(super) struct Item {
    pub id: &'static str,
    pub part: Part,
    /// How it should be, as a sentence.
    pub good: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

impl Item {
    /// `E` in the id is an error: it would not work, or not be safe. `W` is probably not wanted.
    pub(super) fn level(&self) -> Level {
        if self.id.contains(".E") { Level::Error } else { Level::Warning }
    }
}

macro_rules! items {
    ($($part:ident { $($name:ident = $id:literal: $good:literal, $mend:literal;)+ })+) => {
        $($(pub(super) static $name: Item =
            Item { id: $id, part: Part::$part, good: $good, mend: $mend };)+)+

        /// In the order in which they are looked at.
        pub(super) static ALL: &[&Item] = &[$($(&$name),+),+];
    };
}

items! {
    Configuration {
        UNREADABLE = "config.E001": "Every setting is known and has a value that it can have",
            "`.env.example` lists the settings; `taruvi config show` tells what was read";
        NO_EFFECT = "config.W001": "Every setting that is given has an effect",
            "take it away, or give what it needs";
    }
    Settings {
        DEVELOPMENT = "security.E018":
            "The mode is production: errors tell nothing, cookies are Secure, keys are required",
            "TARUVI_MODE=production (or DEBUG=False)";
        NO_KEY = "security.E001": "Tokens are signed with a key that was given",
            "JWT_KEYS, JWT_SIGNING_KEY or SECRET_KEY";
        WEAK_KEY = "security.W009": "Secrets are long and random",
            "openssl rand -base64 48";
        OPEN_KEY = "security.W112": "Only the server can read the files of its keys",
            "chmod 600 (for a mounted secret: defaultMode 0400)";
        OLD_KEY = "security.W113": "The key that signs is less than a year old",
            "put a new file first in JWT_KEYS; keep the old one there until its tokens have ended";
        NO_HSTS = "security.W004": "Browsers are told to use HTTPS only (HSTS)",
            "SECURE_HSTS_SECONDS=31536000";
        SHORT_HSTS = "security.W110": "They are told so for a year at least",
            "SECURE_HSTS_SECONDS=31536000";
        NO_REDIRECT = "security.W008": "Plain HTTP is redirected to HTTPS",
            "SECURE_SSL_REDIRECT=true, or in the proxy";
        PLAIN_COOKIES = "security.W012": "Cookies are sent over HTTPS only",
            "SESSION_COOKIE_SECURE=true, or not at all";
        REDIRECT_LOOP = "http.E001": "A server that redirects to HTTPS knows the proxy that ends TLS",
            "TRUSTED_PROXIES: the address or network of the proxy";
        TRUSTS_ALL = "security.W114": "X-Forwarded headers are believed of known proxies only",
            "TRUSTED_PROXIES: the proxies' own addresses or networks";
        ANY_HOST = "security.W020": "The server answers to hosts that are listed",
            "ALLOWED_HOSTS=.example.com";
        LOCAL_HOSTS = "security.W101": "No host of a developer's machine is answered",
            "BASE_DOMAINS and PLATFORM_HOSTS: your own names";
        ANY_ORIGIN = "security.W102": "Pages of known origins only may call the API",
            "CORS_ALLOWED_ORIGINS: the pages' origins";
        PLAIN_ORIGIN = "security.W111": "Those pages come over HTTPS",
            "CORS_ALLOWED_ORIGINS=https://…";
        OPEN_SCHEMA = "security.W103": "The schema is shown to those who have signed in, or to nobody",
            "GRAPHQL_INTROSPECTION=authenticated";
        PLAYGROUND = "security.W104": "The playground is not served",
            "GRAPHQL_PLAYGROUND=false";
        NO_LIMITS = "security.E105": "Requests are limited",
            "RATE_LIMIT_ENABLE=true";
        MANY_TRIES = "security.W115": "A password can be tried at most 30 times a minute",
            "AUTH_RATE_LIMIT_PER_MINUTE=10";
        LONG_ACCESS = "security.W116": "Access tokens hold for an hour at most",
            "ACCESS_TOKEN_LIFETIME_SECONDS=900";
        OPEN_OUTBOUND = "security.E118":
            "Addresses that tenants choose can't lead into the network around the server",
            "OUTBOUND_ALLOW_PRIVATE=false";
        PRETTY_LOGS = "telemetry.W001": "Logs are written for programs",
            "LOG_FORMAT=json";
        SILENT_LOGS = "telemetry.W002": "Security events are logged, so that somebody can watch them",
            "RUST_LOG=info";
        NO_REDIS = "redis.W001": "Limits are counted for all servers together",
            "REDIS_URL; or `--ignore redis.W001` where one server runs alone";
        OPEN_REDIS = "redis.W002": "The connection to Redis is encrypted",
            "REDIS_URL=rediss://…";
        NO_BACKUP = "backup.W001": "A backup was made within the last 26 hours",
            "let the backup touch a file when it has succeeded, and name that in BACKUP_STAMP";
    }
    Surroundings {
        NO_WILDCARD = "names.W001": "Every name below the base domains leads here",
            "a DNS record *.example.com to the proxy, which needs a certificate for that too";
        REDIS_SILENT = "redis.E001": "Redis answers",
            "see REDIS_URL; limits hold for each process by itself meanwhile";
    }
    Way {
        OWN_CLUSTER = "database.E005": "The database is not the one of the data folder",
            "DATABASE_URL";
        PLAIN_DATABASE = "security.W106": "The connection to the database is encrypted",
            "sslmode=require in DATABASE_URL and DATABASE_ADMIN_URL";
        ONE_LOGIN = "security.W107": "The server's login does not own the schemas",
            "DATABASE_ADMIN_URL for the owner, DATABASE_URL for a login without rights";
    }
    Database {
        UNREACHABLE = "database.E001": "The database answers",
            "see DATABASE_URL and DATABASE_ADMIN_URL";
        TOO_OLD = "database.E002": "It is PostgreSQL 14 or newer",
            "a newer PostgreSQL";
    }
    Server {
        POOLED = "database.E006":
            "No pooler hands out connections by transaction: tenants would get each other's",
            "connect directly, or set pool_mode = session";
        FORGETFUL = "database.E007": "PostgreSQL keeps what it has acknowledged",
            "fsync = on in postgresql.conf";
        SUPERUSER = "security.E117": "The server's login is no superuser",
            "ALTER ROLE … NOSUPERUSER, or another login in DATABASE_URL";
    }
    Tables {
        PLATFORM_BEHIND = "database.E003": "The platform's tables are current",
            "taruvi migrate";
        TENANTS_BEHIND = "database.E004": "The tables of all tenants are current",
            "taruvi migrate";
        EDITED = "database.W001": "No migration was edited after it had run",
            "write a new migration instead";
        NO_START = "server.E001": "The server would start",
            "see the message";
    }
    Accounts {
        DEMO_ADMIN = "security.E108": "No account has a password of the manual",
            "set up a database without demo data";
        DEMO_TENANTS = "security.W109": "There are no tenants of the demo",
            "taruvi tenant delete, if they are";
        NOBODY = "platform.W001": "Somebody runs the installation",
            "taruvi platform create-admin";
    }
}

/// The item of this id.
pub(super) fn find(id: &str) -> Option<&'static Item> {
    ALL.iter().copied().find(|item| item.id == id)
}

/// All of them as a page of the manual.
pub(super) fn manual() -> String {
    let mut text = String::from(
        "# What `taruvi check` looks at\n\n\
         Written by `taruvi check --list`; a test keeps it current. An `E` in the id is an error: the\n\
         installation would not work, or not be safe. A `W` is a warning: probably not what is wanted.\n\
         Ids stay. What is marked with * is looked at with `--deploy` only.\n\n\
         `--fail-level warn` ends with code 1 for warnings too, `--ignore ID` leaves one out, `--json`\n\
         prints for programs.\n\n\
         | id | how it should be | how to mend it |\n|---|---|---|\n",
    );
    for item in ALL {
        let deploy = matches!(
            item.part,
            Part::Settings | Part::Surroundings | Part::Way | Part::Server | Part::Accounts
        );
        let star = if deploy { "*" } else { "" };
        text.push_str(&format!("| `{}`{star} | {} | {} |\n", item.id, item.good, item.mend));
    }
    text
}
