//! Invitations: people who are asked by mail to become users, and choose their own password.

pub mod graphql;
mod letter;
mod model;
pub mod service;
mod store;

pub use model::{
    Acceptance, Invitation, InvitationDelivery, InvitationId, InvitationStatus, NewInvitation,
};
