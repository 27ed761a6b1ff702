//! The webhook: takes the service's notifications, leaves them in the lake's inbox, and only then says that it heard.
//!
//! It believes nobody: who has no connection's auth id gets no further than the header, and what an announcement names is
//! fetched by the client as any other blob is, from the connection's own service alone.

mod desk;
mod figures;
mod gate;
mod limit;
mod server;
mod tls;

use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::args::receive::Receiver;
use crate::exit::Usage;
use crate::print::note;
use desk::Desk;
pub(crate) use desk::Parts;
pub(crate) use figures::{Figures, Received, Refusal};
pub(crate) use gate::Gate;
pub(crate) use tls::Certificate;

/// Whom it admits by now.
pub(crate) type Gates = watch::Receiver<Arc<Gate>>;

/// Takes notifications until the handle is dropped, and tells where: the port may be one that the system chose.
pub(crate) async fn serve(
    receiver: &Receiver,
    parts: Parts,
) -> anyhow::Result<AbortOnDropHandle<()>> {
    let certificate = Certificate::of(receiver)?;
    let wanted = receiver.address()?;
    let refused = || Usage::new(format!("cannot listen at `{wanted}`"));
    let listener = TcpListener::bind(wanted).await.with_context(refused)?;
    let address = listener.local_addr().with_context(refused)?;
    let scheme = certificate.as_ref().map_or("http", |_| "https");
    note(&format!("notifications are taken at {scheme}://{address}/"));
    let router = Desk::new(receiver, parts).router();
    let serving = tokio::spawn(server::serve(listener, certificate, router));
    Ok(AbortOnDropHandle::new(serving))
}
