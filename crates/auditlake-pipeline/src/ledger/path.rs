//! Where a generation's objects are.

use auditlake_api::ContentType;
use object_store::path::Path;

/// Directory of all ledgers, below the lake's root.
pub(crate) const ROOT: &str = "_auditlake/ledger";

/// What stands for a content type in what the audit search has brought; for one service or record type, with its name.
pub(crate) const AUDIT_SEARCH: &str = "AuditSearch";

/// Whether a directory of a connection's ledger holds records of the unified audit log, which several sources have.
pub(crate) fn holds_audit_records(content_type: &str) -> bool {
    let rest = content_type.strip_prefix(AUDIT_SEARCH);
    let is_of_search = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    is_of_search
        || ContentType::ALL
            .iter()
            .any(|it| it.as_str() == content_type)
}

/// A unit of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UnitKey {
    /// `Audit.Exchange`; `files` for input files.
    pub(crate) content_type: String,
    /// Name of the window: sorts by time.
    pub(crate) window: String,
}

/// A generation of a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) unit: UnitKey,
    pub(crate) generation: u32,
}

/// Which of a generation's two objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Intent,
    Commit,
}

impl Kind {
    const fn suffix(self) -> &'static str {
        match self {
            Self::Intent => ".intent.json",
            Self::Commit => ".commit.json",
        }
    }
}

impl Place {
    /// Below the lake's root.
    pub(crate) fn path(&self, connection: &str, kind: Kind) -> String {
        let unit = content_type(connection, &self.unit.content_type);
        format!(
            "{unit}/{}/{:06}{}",
            self.unit.window,
            self.generation,
            kind.suffix()
        )
    }

    /// The generation and the kind of an object; none when the object is no part of a ledger.
    pub(crate) fn parse(path: &Path) -> Option<(Self, Kind)> {
        let parts: Vec<_> = path.parts().map(|part| part.as_ref().to_owned()).collect();
        let [.., content_type, window, name] = parts.as_slice() else {
            return None;
        };
        let kind = [Kind::Intent, Kind::Commit]
            .into_iter()
            .find(|kind| name.ends_with(kind.suffix()))?;
        let generation = name.strip_suffix(kind.suffix())?.parse().ok()?;
        let unit = UnitKey {
            content_type: content_type.clone(),
            window: window.clone(),
        };
        Some((Self { unit, generation }, kind))
    }
}

/// Directory of a connection.
pub(crate) fn connection(connection: &str) -> String {
    format!("{ROOT}/{connection}")
}

/// Directory of a content type.
pub(crate) fn content_type(connection: &str, content_type: &str) -> String {
    format!("{}/{content_type}", self::connection(connection))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_back() {
        let unit = UnitKey {
            content_type: "Audit.Exchange".to_owned(),
            window: "20260504T100000Z_20260504T110000Z".to_owned(),
        };
        let place = Place {
            unit,
            generation: 12,
        };
        for kind in [Kind::Intent, Kind::Commit] {
            assert_eq!(
                Place::parse(&Path::from(place.path("contoso", kind))),
                Some((place.clone(), kind))
            );
        }
        assert_eq!(
            place.path("contoso", Kind::Commit),
            "_auditlake/ledger/contoso/Audit.Exchange/20260504T100000Z_20260504T110000Z/000012.commit.json"
        );
    }

    #[test]
    fn records_of_the_audit_log_are_in_the_feed_and_in_the_search() {
        for own in ["Audit.Exchange", "AuditSearch", "AuditSearch.Exchange"] {
            assert!(holds_audit_records(own), "{own}");
        }
        for other in ["files", "AuditSearches", "Audit.Future", "ServiceHealth"] {
            assert!(!holds_audit_records(other), "{other}");
        }
    }

    #[test]
    fn another_object_is_left_alone() {
        for other in ["a/b/000000.json", "a/b/x.commit.json", "000000.commit.json"] {
            assert_eq!(Place::parse(&Path::from(other)), None, "{other}");
        }
    }
}
