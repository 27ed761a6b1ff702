//! What a build without the feature `otlp` has in its place.

#![expect(
    clippy::unnecessary_wraps,
    reason = "these may fail in a build that has the exporters"
)]

use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Identity;

use crate::metrics::Source;

/// There are none.
#[derive(Debug)]
pub(crate) enum Traces {}

impl Traces {
    pub(crate) fn start() -> anyhow::Result<Option<Self>> {
        Ok(None)
    }

    pub(crate) fn layer<S: Subscriber>(&self) -> impl Layer<S> + use<S> {
        _ = self;
        Identity::new()
    }

    pub(crate) fn end(self) {
        match self {}
    }
}

/// Does nothing.
pub(crate) fn push_metrics(_: &Source) -> anyhow::Result<Option<()>> {
    Ok(None)
}
