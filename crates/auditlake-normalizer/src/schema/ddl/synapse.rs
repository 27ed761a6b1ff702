//! Azure Synapse's serverless SQL pool: a view of the files.
//!
//! Source: "Query Parquet files using serverless SQL pool in Azure Synapse Analytics"
//! (<https://learn.microsoft.com/azure/synapse-analytics/sql/query-parquet-files>).

use super::openrowset;
use super::place::Place;

/// Text in Parquet is UTF-8, and only with this collation is a filter on it given to the files.
const COLLATION: &str = " COLLATE Latin1_General_100_BIN2_UTF8";

pub(super) fn statements(place: &Place<'_>) -> String {
    let directory = &place.directory;
    let files = https(directory).unwrap_or_else(|| directory.clone());
    openrowset::statements(place, &files, COLLATION)
}

/// `abfss://container@account.dfs.core.windows.net/path` as the address that works with a credential of the server.
fn https(directory: &str) -> Option<String> {
    let (scheme, rest) = directory.split_once("://")?;
    let (container, rest) = rest.split_once('@')?;
    let (host, path) = rest.split_once('/')?;
    let is_azure = matches!(scheme, "abfs" | "abfss");
    is_azure.then(|| format!("https://{host}/{container}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_azure_is_https() {
        let address = https("abfss://c@a.dfs.core.windows.net/lake/events");
        let expected = "https://a.dfs.core.windows.net/c/lake/events";
        assert_eq!(address.as_deref(), Some(expected));
        assert_eq!(https("https://a.dfs.core.windows.net/c/lake"), None);
    }
}
