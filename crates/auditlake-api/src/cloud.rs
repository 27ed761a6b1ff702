//! Microsoft's clouds: where their API and their token authority are.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// A cloud that offers the Management Activity API.
///
/// Source: Microsoft, Office 365 Management Activity API reference, section "Activity API operations" (API hosts), and
/// Microsoft Entra, "National clouds" (authorities).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cloud {
    /// The worldwide cloud.
    #[default]
    Enterprise,
    /// US Government Community Cloud; its tenants are in the worldwide Entra.
    Gcc,
    /// US Government Community Cloud High.
    GccHigh,
    /// US Department of Defense.
    Dod,
}

impl Cloud {
    /// All clouds, in the order in which Microsoft lists them.
    pub const ALL: [Self; 4] = [Self::Enterprise, Self::Gcc, Self::GccHigh, Self::Dod];

    /// `enterprise`, `gcc`, `gcc-high` or `dod`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Gcc => "gcc",
            Self::GccHigh => "gcc-high",
            Self::Dod => "dod",
        }
    }

    /// The cloud with this API address; `None` for an address of one's own.
    pub fn of(api_address: &Url) -> Option<Self> {
        let same = |cloud: &Self| cloud.api_address().origin() == api_address.origin();
        Self::ALL.into_iter().find(same)
    }

    /// Root of the API, such as `https://manage.office.com`.
    pub fn api_address(self) -> Url {
        address(self.hosts()[0])
    }

    /// Root of the token authority, such as `https://login.microsoftonline.com`.
    pub fn authority(self) -> Url {
        address(match self {
            Self::Enterprise | Self::Gcc => "login.microsoftonline.com",
            Self::GccHigh | Self::Dod => "login.microsoftonline.us",
        })
    }

    /// What a token is asked for, such as `https://manage.office.com/.default`.
    pub fn scope(self) -> String {
        format!("https://{}/.default", self.hosts()[0])
    }

    /// Root of Microsoft Graph without its version, such as `https://graph.microsoft.com`.
    ///
    /// Source: Microsoft Graph, "National cloud deployments", section "Microsoft Graph and Graph Explorer service root
    /// endpoints".
    pub fn graph_address(self) -> Url {
        address(match self {
            Self::Enterprise | Self::Gcc => "graph.microsoft.com",
            Self::GccHigh => "graph.microsoft.us",
            Self::Dod => "dod-graph.microsoft.us",
        })
    }

    /// The API hosts that may see this cloud's token, the own one first.
    ///
    /// A tenant of GCC may also be served by the worldwide host, as Microsoft lists GCC among the worldwide endpoints
    /// ("Office 365 URLs and IP address ranges"). No other cloud shares a host.
    pub(crate) const fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Enterprise => &["manage.office.com"],
            Self::Gcc => &["manage-gcc.office.com", "manage.office.com"],
            Self::GccHigh => &["manage.office365.us"],
            Self::Dod => &["manage.protection.apps.mil"],
        }
    }
}

fn address(host: &str) -> Url {
    Url::parse(&format!("https://{host}")).expect("the hosts of the presets are host names")
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no cloud.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown cloud `{given}`, valid are {}", valid_names())]
pub struct UnknownCloud {
    /// The text as given.
    pub given: String,
}

fn valid_names() -> String {
    Cloud::ALL.map(|cloud| format!("`{cloud}`")).join(", ")
}

impl FromStr for Cloud {
    type Err = UnknownCloud;

    /// Reads the names of [`Cloud::as_str`], in any letter case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let same = |cloud: &Self| cloud.as_str().eq_ignore_ascii_case(text);
        Self::ALL
            .into_iter()
            .find(same)
            .ok_or_else(|| UnknownCloud {
                given: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_reads_back_from_its_name_and_its_address() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.to_string().parse(), Ok(cloud));
            assert_eq!(Cloud::of(&cloud.api_address()), Some(cloud));
            let api = cloud.api_address();
            assert_eq!(cloud.scope(), format!("{api}.default"));
            assert_eq!(cloud.authority().scheme(), "https");
        }
        let error = "china".parse::<Cloud>().unwrap_err().to_string();
        assert!(error.contains("`china`") && error.contains("`gcc-high`"));
    }

    #[test]
    fn the_addresses_are_those_of_the_documentation() {
        let check = |cloud: Cloud, api: &str, authority: &str, graph: &str| {
            assert_eq!(cloud.graph_address().as_str(), format!("https://{graph}/"));
            assert_eq!(cloud.api_address().as_str(), format!("https://{api}/"));
            assert_eq!(cloud.authority().as_str(), format!("https://{authority}/"));
        };
        let (worldwide, government) = ("login.microsoftonline.com", "login.microsoftonline.us");
        let graph = "graph.microsoft.com";
        check(Cloud::Enterprise, "manage.office.com", worldwide, graph);
        check(Cloud::Gcc, "manage-gcc.office.com", worldwide, graph);
        let graph = "graph.microsoft.us";
        check(Cloud::GccHigh, "manage.office365.us", government, graph);
        let (dod, graph) = ("manage.protection.apps.mil", "dod-graph.microsoft.us");
        check(Cloud::Dod, dod, government, graph);
        let own = Url::parse("https://collector.contoso.example").unwrap();
        assert_eq!(Cloud::of(&own), None);
    }
}
