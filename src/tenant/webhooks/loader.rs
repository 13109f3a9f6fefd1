//! Webhooks by id, and the attempts of messages, many at a time.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use super::model::{Webhook, WebhookAttempt, WebhookDeliveryId, WebhookId};
use super::{deliveries, service, store};
use crate::ctx::Loaders;
use crate::error::AppError;

crate::loaded!(WebhookId => Webhook, store::by_ids, service::VIEW);

/// The attempts of this message. Who sees the message sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptsOf(pub WebhookDeliveryId);

impl Loader<AttemptsOf> for Loaders {
    type Value = Vec<WebhookAttempt>;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        asked: &[AttemptsOf],
    ) -> Result<HashMap<AttemptsOf, Vec<WebhookAttempt>>, Arc<AppError>> {
        let ids: Vec<_> = asked.iter().map(|asked| asked.0).collect();
        let conn = self.read().await?;
        let all = deliveries::attempts_of(&conn, &ids).await.map_err(|e| Arc::new(e.into()))?;
        let mut found: HashMap<_, Vec<_>> = asked.iter().map(|of| (*of, vec![])).collect();
        for attempt in all {
            found.entry(AttemptsOf(attempt.delivery_id)).or_default().push(attempt);
        }
        Ok(found)
    }
}
