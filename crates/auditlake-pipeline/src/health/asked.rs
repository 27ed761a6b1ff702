//! The API that is asked, and what of it makes up a feed.

use auditlake_api::graph::Announcements;
use auditlake_api::{Client, ClientConfig, Error as ApiError, GraphClient, ServiceCommunications};
use auditlake_normalizer::HealthElement;
use jiff::Timestamp;
use serde_json::value::RawValue;

use super::HealthApi;
use crate::source::Traffic;

/// A feed: what one permission gives.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) name: &'static str,
    pub(super) collections: &'static [Collection],
}

/// Something that is read page by page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Collection {
    Graph(Announcements),
    Communications(ServiceCommunications),
}

/// The feeds of Microsoft Graph.
pub(super) const GRAPH: [Feed; 2] = [
    Feed {
        name: "ServiceHealth",
        collections: &[
            Collection::Graph(Announcements::HealthOverviews),
            Collection::Graph(Announcements::Issues),
        ],
    },
    Feed {
        name: "ServiceMessages",
        collections: &[Collection::Graph(Announcements::Messages)],
    },
];

/// The feed of the Service Communications API.
pub(super) const SERVICE_COMMUNICATIONS: [Feed; 1] = [Feed {
    name: "ServiceCommunications",
    collections: &[
        Collection::Communications(ServiceCommunications::Services),
        Collection::Communications(ServiceCommunications::CurrentStatus),
        Collection::Communications(ServiceCommunications::HistoricalStatus),
        Collection::Communications(ServiceCommunications::Messages),
    ],
}];

impl Collection {
    /// What its elements are.
    pub(super) fn element(self) -> HealthElement {
        match self {
            Self::Graph(Announcements::HealthOverviews) => HealthElement::Overview,
            Self::Graph(Announcements::Issues) => HealthElement::Issue,
            Self::Graph(Announcements::Messages) => HealthElement::Message,
            Self::Communications(ServiceCommunications::Services) => HealthElement::Service,
            Self::Communications(ServiceCommunications::CurrentStatus) => {
                HealthElement::CurrentStatus
            }
            Self::Communications(ServiceCommunications::HistoricalStatus) => {
                HealthElement::HistoricalStatus
            }
            Self::Communications(ServiceCommunications::Messages) => HealthElement::Communication,
        }
    }
}

/// A page, and where the next one is.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) elements: Vec<Box<RawValue>>,
    pub(super) next: Option<String>,
}

/// The client of one API.
#[derive(Debug)]
pub(crate) enum Asked {
    Graph(GraphClient),
    Communications(Client),
}

impl Asked {
    /// Checks the configuration; nothing is sent yet.
    pub(crate) fn new(api: HealthApi, config: ClientConfig) -> Result<Self, ApiError> {
        Ok(match api {
            HealthApi::Graph => Self::Graph(GraphClient::new(&config)?),
            HealthApi::ServiceCommunications => Self::Communications(Client::new(config)?),
        })
    }

    pub(super) fn feeds(&self) -> &'static [Feed] {
        match self {
            Self::Graph(_) => &GRAPH,
            Self::Communications(_) => &SERVICE_COMMUNICATIONS,
        }
    }

    /// The tenant's GUID.
    pub(super) fn tenant_uid(&self) -> &str {
        match self {
            Self::Graph(client) => &client.config().tenant_id,
            Self::Communications(client) => &client.config().tenant_id,
        }
    }

    /// Requests that are allowed a minute.
    pub(super) fn quota(&self) -> u64 {
        u64::from(match self {
            Self::Graph(client) => client.config().graph_requests_per_minute,
            Self::Communications(client) => client.config().requests_per_minute,
        })
    }

    pub(super) fn traffic(&self) -> Traffic {
        let (counts, times) = match self {
            Self::Graph(client) => (client.requests(), client.request_times()),
            Self::Communications(client) => (client.requests(), client.request_times()),
        };
        Traffic { counts, times }
    }

    /// A page of a collection; the retired API has a collection as one page.
    pub(super) async fn page(
        &self,
        collection: Collection,
        since: Option<Timestamp>,
        next: Option<&str>,
    ) -> Result<Page, ApiError> {
        match (self, collection) {
            (Self::Graph(client), Collection::Graph(what)) => {
                let page = client.announcements(what, since, next).await?;
                Ok(Page {
                    elements: page.elements,
                    next: page.next,
                })
            }
            (Self::Communications(client), Collection::Communications(what)) => {
                let elements = client.service_communications(what, since).await?;
                Ok(Page {
                    elements,
                    next: None,
                })
            }
            // A feed is its own client's.
            _ => Ok(Page::default()),
        }
    }
}
