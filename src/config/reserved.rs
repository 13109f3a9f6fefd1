//! Names of the replaced systems that are understood, but used from a later release on.

/// Accepted without an error and listed by `config show`; `*` stands for any ending.
pub const RESERVED: &[&str] = &[
    "CELERY_BROKER_URL",
    "CELERY_RESULT_BACKEND",
    "CELERY_QUEUE_PREFIX",
    "USE_S3",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_STORAGE_BUCKET_NAME",
    "AWS_S3_*",
    "TENANT_MODEL",
    "TENANT_DOMAIN_MODEL",
    "AUTH_USER_MODEL",
];

pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    })
}
