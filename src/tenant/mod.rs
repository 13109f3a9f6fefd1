//! Slices on a tenant's schema. They reach it through `TenantConn` and nothing else.

pub mod accounts;
pub mod api_keys;
pub mod audit_log;
pub mod branches;
pub mod cases;
pub mod changes;
pub mod clients;
pub mod documents;
pub mod event_handlers;
pub mod events;
pub mod groups;
pub mod identity_providers;
pub mod invitations;
pub mod notes;
pub mod notifications;
pub mod permissions;
pub mod places;
pub mod projects;
pub mod regions;
pub mod second_factor;
pub mod security_events;
pub mod sessions;
pub mod stages;
pub mod tags;
pub mod tasks;
pub mod trusted_documents;
pub mod user_identities;
pub mod users;
pub mod webhooks;

/// All permissions that a tenant's users may hold, slice by slice.
pub const PERMISSIONS: &[&[&crate::authz::Permission]] = &[
    audit_log::service::PERMISSIONS,
    users::service::PERMISSIONS,
    users::service_accounts::PERMISSIONS,
    security_events::service::PERMISSIONS,
    sessions::service::PERMISSIONS,
    groups::service::PERMISSIONS,
    permissions::service::PERMISSIONS,
    invitations::service::PERMISSIONS,
    accounts::service::PERMISSIONS,
    second_factor::service::PERMISSIONS,
    identity_providers::service::PERMISSIONS,
    user_identities::service::PERMISSIONS,
    api_keys::service::PERMISSIONS,
    projects::service::PERMISSIONS,
    tasks::service::PERMISSIONS,
    documents::service::PERMISSIONS,
    trusted_documents::service::PERMISSIONS,
    regions::service::PERMISSIONS,
    branches::service::PERMISSIONS,
    stages::service::PERMISSIONS,
    tags::service::PERMISSIONS,
    clients::service::PERMISSIONS,
    cases::service::PERMISSIONS,
    notes::service::PERMISSIONS,
    event_handlers::service::PERMISSIONS,
    webhooks::service::PERMISSIONS,
    notifications::service::PERMISSIONS,
];

/// All entities whose changes are events, slice by slice.
pub const TRACKED: &[&crate::events::Tracked] = &[
    &clients::service::TRACKED,
    &cases::service::TRACKED,
    &notes::service::TRACKED,
    &projects::service::TRACKED,
    &tasks::service::TRACKED,
    &documents::service::TRACKED,
];
