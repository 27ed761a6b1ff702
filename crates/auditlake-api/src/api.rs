//! The APIs of one connection: where each is, whom its token is for, and who may see that token.

use url::Url;

use crate::config::{ClientConfig, trimmed};

/// An API that a connection reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// The Office 365 Management Activity API, and the Service Communications API beside it.
    Management,
    /// Microsoft Graph.
    Graph,
}

impl Api {
    /// Root of the API.
    pub(crate) fn address(self, config: &ClientConfig) -> Url {
        match self {
            Self::Management => config.api_address.clone(),
            Self::Graph => config.graph_address(),
        }
    }

    /// What a token is asked for.
    pub(crate) fn scope(self, config: &ClientConfig) -> String {
        match self {
            Self::Management => config.scope(),
            Self::Graph => format!("{}/.default", trimmed(&config.graph_address())),
        }
    }

    /// True for addresses that may be sent the API's token. Graph has no host besides its own.
    pub(crate) fn may_see_token(self, config: &ClientConfig, url: &Url) -> bool {
        match self {
            Self::Management => config.may_see_token(url),
            Self::Graph => url.origin() == config.graph_address().origin(),
        }
    }

    /// The address with what every request of the API carries.
    pub(crate) fn addressed(self, config: &ClientConfig, url: Url) -> Url {
        match self {
            Self::Management => with_publisher(url, config.publisher()),
            Self::Graph => url,
        }
    }

    /// What a tenant's requests are counted under: two APIs of one origin have two budgets.
    pub(crate) fn budget(self, config: &ClientConfig) -> String {
        let origin = self.address(config).origin().ascii_serialization();
        match self {
            Self::Management => origin,
            Self::Graph => format!("{origin} graph"),
        }
    }

    /// The budget's size.
    pub(crate) fn requests_per_minute(self, config: &ClientConfig) -> u32 {
        match self {
            Self::Management => config.requests_per_minute,
            Self::Graph => config.graph_requests_per_minute,
        }
    }
}

/// The address as given, with `PublisherIdentifier` where it lacks one.
///
/// Source: Microsoft, Office 365 Management APIs, "Troubleshooting the Office 365 Management Activity API".
fn with_publisher(mut url: Url, publisher: &str) -> Url {
    if url
        .query_pairs()
        .any(|(name, _)| name.eq_ignore_ascii_case("PublisherIdentifier"))
    {
        return url;
    }
    let query = match url.query() {
        Some(query) if !query.is_empty() => format!("{query}&PublisherIdentifier={publisher}"),
        _ => format!("PublisherIdentifier={publisher}"),
    };
    url.set_query(Some(&query));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_publisher_is_appended_once_and_nothing_else_changes() {
        let check = |given: &str, expected: &str| {
            assert_eq!(
                with_publisher(given.parse().unwrap(), "P").as_str(),
                expected
            );
        };
        check(
            "https://a.example/audit/1$2%24$3",
            "https://a.example/audit/1$2%24$3?PublisherIdentifier=P",
        );
        check(
            "https://a.example/c?x=a%2Bb&y=1",
            "https://a.example/c?x=a%2Bb&y=1&PublisherIdentifier=P",
        );
        check(
            "https://a.example/c?publisheridentifier=Q",
            "https://a.example/c?publisheridentifier=Q",
        );
    }
}
