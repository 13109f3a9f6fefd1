//! Handlers by id, many at a time.

use super::{EventHandler, EventHandlerId, service, store};

crate::loaded!(EventHandlerId => EventHandler, store::by_ids, service::VIEW);
