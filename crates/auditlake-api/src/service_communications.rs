//! The Service Communications API, which Microsoft has retired in favour of Graph: for the clouds and tenants that have
//! it and nothing else. Elements are as they came.
//!
//! Source: Microsoft, "Office 365 Service Communications API reference".

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::client::Client;
use crate::config::ClientConfig;
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::paging::{MOST_PAGES, parse_uri};
use crate::transport::Call;

/// Messages on a page; the most that the service gives.
const PAGE_SIZE: usize = 100;

/// An operation of the Service Communications API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceCommunications {
    /// The services that the tenant has subscribed to.
    Services,
    /// The status of each service over the last 24 hours.
    CurrentStatus,
    /// The status of each service on each of the last days.
    HistoricalStatus,
    /// Incidents, maintenance, and messages of the message center.
    Messages,
}

impl ServiceCommunications {
    /// All, in the documentation's order.
    pub const ALL: [Self; 4] = [
        Self::Services,
        Self::CurrentStatus,
        Self::HistoricalStatus,
        Self::Messages,
    ];

    /// The operation as its address spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Services => "Services",
            Self::CurrentStatus => "CurrentStatus",
            Self::HistoricalStatus => "HistoricalStatus",
            Self::Messages => "Messages",
        }
    }

    /// What messages and past statuses are limited by; the others take no such filter.
    fn time(self) -> Option<&'static str> {
        match self {
            Self::Services | Self::CurrentStatus => None,
            Self::HistoricalStatus => Some("StatusTime"),
            Self::Messages => Some("StartTime"),
        }
    }
}

#[derive(Deserialize)]
struct WireAnswer<T> {
    value: Vec<T>,
    #[serde(rename = "@odata.nextLink", default)]
    next: Option<String>,
}

impl Client {
    /// All elements of an operation. Messages and past statuses can be limited to those that began at `since` or later;
    /// the service goes back seven days unless told otherwise.
    ///
    /// Kinds to expect besides those of every request: [`ErrorKind::Permission`] without the permission
    /// `ServiceHealth.Read` of the Office 365 Management APIs, and [`ErrorKind::NotFound`] where the API is no more.
    pub async fn service_communications(
        &self,
        what: ServiceCommunications,
        since: Option<Timestamp>,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        let context = Context::new(Operation::ReadServiceCommunications);
        let (config, mut all) = (&self.transport().config, Vec::new());
        let mut url = first_url(config, what, since)?;
        for _ in 0..MOST_PAGES {
            let page = self.service_page(url, &context).await?;
            let read = page.value.len();
            all.extend(page.value);
            url = match page.next {
                Some(next) => parse_uri(&next, &context)?,
                None if what == ServiceCommunications::Messages && read >= PAGE_SIZE => {
                    skipping(first_url(config, what, since)?, all.len())
                }
                None => return Ok(all),
            };
        }
        let message = format!("the listing has more than `{MOST_PAGES}` pages");
        Err(context.error(ErrorKind::Malformed, message))
    }

    async fn service_page(
        &self,
        url: Url,
        context: &Context,
    ) -> Result<WireAnswer<Box<RawValue>>, Error> {
        let call = Call {
            method: Method::GET,
            url,
            header: None,
            body: None,
            context: context.clone(),
            is_whole: |body| serde_json::from_slice::<WireAnswer<&RawValue>>(body).is_ok(),
        };
        let body = self.transport().call(call).await?.body;
        let unreadable = |reason| {
            let error = context.error(ErrorKind::Malformed, "the answer holds no `value`");
            error.with_source(reason)
        };
        serde_json::from_slice(&body).map_err(unreadable)
    }
}

fn first_url(
    config: &ClientConfig,
    what: ServiceCommunications,
    since: Option<Timestamp>,
) -> Result<Url, Error> {
    let mut url = config.service_communications_url(what.as_str())?;
    if let Some((name, since)) = what.time().zip(since) {
        let filter = format!("{name} ge {since}");
        url.query_pairs_mut().append_pair("$filter", &filter);
    }
    Ok(url)
}

fn skipping(mut url: Url, elements: usize) -> Url {
    url.query_pairs_mut()
        .append_pair("$skip", &elements.to_string());
    url
}
