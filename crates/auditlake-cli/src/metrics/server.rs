//! The HTTP server of metrics and health. It shows and changes nothing; who may ask is for the network to decide.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::collector::{CONTENT_TYPE, registry, scrape};
use super::readiness::readiness;
use super::view::Source;
use crate::exit::Usage;
use crate::print::note;

/// Serves until the handle is dropped, and tells where: the port may be one that the system chose.
pub(crate) async fn serve(
    address: SocketAddr,
    source: Source,
) -> anyhow::Result<AbortOnDropHandle<()>> {
    let refused = || Usage::new(format!("cannot listen at `{address}` for metrics"));
    let listener = TcpListener::bind(address).await.with_context(refused)?;
    let address = listener.local_addr().with_context(refused)?;
    note(&format!("metrics at http://{address}/metrics"));
    let router = router(source);
    let serving = tokio::spawn(async move {
        // Ends by being dropped alone; connections that cannot be accepted are tried again within.
        axum::serve(listener, router).await.ok();
    });
    Ok(AbortOnDropHandle::new(serving))
}

#[derive(Clone)]
struct Shown {
    source: Source,
    registry: Arc<Registry>,
}

fn router(source: Source) -> Router {
    let registry = Arc::new(registry(source.clone()));
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(Shown { source, registry })
}

async fn metrics(State(shown): State<Shown>) -> Response {
    match scrape(&shown.registry) {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn ready(State(shown): State<Shown>) -> Response {
    let readiness = readiness(&shown.source.view());
    let status = if readiness.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness)).into_response()
}
