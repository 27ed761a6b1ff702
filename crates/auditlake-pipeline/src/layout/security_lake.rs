//! Amazon Security Lake's custom sources: their names, paths and limits.
//!
//! Source: "Collecting data from custom sources in Security Lake", Amazon Security Lake user guide
//! (<https://docs.aws.amazon.com/security-lake/latest/userguide/custom-sources.html>), and `CreateCustomLogSource` of its
//! API reference. The limits of pages and row groups are the Parquet writer's.

use auditlake_normalizer::class::Class;
use auditlake_normalizer::schema::ddl::{self, Level, Value};
use auditlake_parquet::{Partition, Piece};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{LayoutName, Setting};
use crate::error::Error;

/// Objects of a partition come no more often than this.
pub(crate) const SHORTEST_RHYTHM: SignedDuration = SignedDuration::from_mins(5);
/// An object that would exceed this is to be several.
pub(crate) const LARGEST_OBJECT: u64 = 256_000_000;
/// Characters of a source's name.
const LONGEST_NAME: usize = 20;
/// Characters of an IAM role's name.
const LONGEST_ROLE: usize = 64;
/// Characters of a source's version.
const LONGEST_VERSION: usize = 32;
/// The name of the role that Security Lake makes for a source, up to the source's name.
const ROLE_PREFIX: &str = "AmazonSecurityLake-Provider-";

const CLASS_UID: &str = "{class_uid}";
const TENANT_UID: &str = "{tenant_uid}";
const EXTERNAL: &str = "external";
/// Class uids have at most so many digits.
const LONGEST_UID: &str = "9999";

/// By the tenant of each record, as the guide has it for records that are about no AWS account.
pub(crate) const DEFAULT_ACCOUNT: &str = "external_{tenant_uid}";
/// By the class, as a source is to have one class.
pub(crate) const DEFAULT_SOURCE: &str = "auditlake-{class_uid}";

/// What the paths of a lake of Amazon Security Lake say beside class and day:
/// `ext/<source>/[<version>/]region=<region>/accountId=<account>/eventDay=<YYYYMMDD>/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityLake {
    /// The AWS region of the data lake.
    pub region: String,
    /// The account that records are about: twelve digits, `external`, `external_<id>`, or `external_{tenant_uid}`,
    /// which is the tenant of each record (`external` where it says none).
    pub account: String,
    /// The names of the custom sources: text with `{class_uid}`, which makes them one for each class.
    pub source: String,
    /// The version that the custom sources were made with, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_version: Option<String>,
}

impl SecurityLake {
    /// The name of a class's custom source.
    pub fn source_name(&self, class: &Class) -> String {
        self.source.replace(CLASS_UID, &class.uid.to_string())
    }

    /// Where the files of a class are.
    pub(crate) fn directory(&self, class: &Class) -> String {
        let source = self.source_name(class);
        match &self.source_version {
            Some(version) => format!("ext/{source}/{version}"),
            None => format!("ext/{source}"),
        }
    }

    /// The directories below a source's.
    pub(super) fn partitions(&self) -> Vec<Partition> {
        let region = Piece::Text(format!("region={}", self.region));
        vec![
            directory(vec![region], String::new()),
            self.account(),
            Partition::CompactDay {
                key: "eventDay".to_owned(),
                column: "time_dt".to_owned(),
            },
        ]
    }

    /// The same for engines.
    pub(super) fn levels(&self) -> Vec<Level> {
        let text = |text: String| ddl::Piece::Text(text);
        let account = match self.account.strip_suffix(TENANT_UID) {
            Some(before) => vec![
                text(format!("accountId={before}")),
                ddl::Piece::Value(Value::TenantUid),
            ],
            None => vec![text(format!("accountId={}", self.account))],
        };
        vec![
            Level(vec![text(format!("region={}", self.region))]),
            Level(account),
            Level(vec![
                text("eventDay=".to_owned()),
                ddl::Piece::Value(Value::CompactDay),
            ]),
        ]
    }

    fn account(&self) -> Partition {
        let text = |text: &str| Piece::Text(format!("accountId={text}"));
        let Some(before) = self.account.strip_suffix(TENANT_UID) else {
            return directory(vec![text(&self.account)], String::new());
        };
        let tenant = Piece::Value {
            column: "metadata.tenant_uid".to_owned(),
        };
        directory(vec![text(before), tenant], format!("accountId={EXTERNAL}"))
    }

    /// Whether Security Lake would take these.
    pub(super) fn check(&self) -> Result<(), Error> {
        let refuse = |what: String| Err(Error::Config(what));
        if !is_region(&self.region) {
            return refuse(format!(
                "`{}` is no AWS region such as `eu-central-1`",
                self.region
            ));
        }
        if !is_account(&self.account) {
            return refuse(format!(
                "`{}` is no account: twelve digits, `{EXTERNAL}`, `{EXTERNAL}_<id>` or `{DEFAULT_ACCOUNT}`",
                self.account
            ));
        }
        self.check_source()?;
        match &self.source_version {
            Some(version) if !is_name(version) || version.len() > LONGEST_VERSION => {
                refuse(format!(
                    "`{version}` is no version of a source: up to {LONGEST_VERSION} letters, digits, `.`, `_` and `-`"
                ))
            }
            _ => Ok(()),
        }
    }

    fn check_source(&self) -> Result<(), Error> {
        let longest = self.source.replace(CLASS_UID, LONGEST_UID);
        let source = &self.source;
        if !source.contains(CLASS_UID) || !is_name(&longest) {
            return Err(Error::Config(format!(
                "`{source}` does not name sources: letters, digits, `.`, `_` and `-`, with `{CLASS_UID}` among them, \
                 as a source has one class"
            )));
        }
        if longest.len() > LONGEST_NAME {
            return Err(Error::Config(format!(
                "`{longest}` is too long for a source: Security Lake allows {LONGEST_NAME} characters"
            )));
        }
        let role = format!("{ROLE_PREFIX}{longest}-{}", self.region);
        if role.len() > LONGEST_ROLE {
            return Err(Error::Config(format!(
                "`{longest}` is too long for a source in `{}`: its role `{role}` would have more than {LONGEST_ROLE} \
                 characters",
                self.region
            )));
        }
        Ok(())
    }

    /// Names and values of all settings, as they are asked for.
    pub(super) fn settings(&self) -> Vec<(Setting, String)> {
        let mut settings = vec![
            (Setting::Layout, LayoutName::SecurityLake.to_string()),
            (Setting::Region, self.region.clone()),
            (Setting::Account, self.account.clone()),
            (Setting::Source, self.source.clone()),
        ];
        let version = self.source_version.iter().cloned();
        settings.extend(version.map(|version| (Setting::SourceVersion, version)));
        settings
    }
}

fn directory(pieces: Vec<Piece>, missing: String) -> Partition {
    Partition::Directory { pieces, missing }
}

fn is_name(text: &str) -> bool {
    let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !text.is_empty() && !text.starts_with(['.', '_']) && text.chars().all(fit)
}

fn is_region(text: &str) -> bool {
    let fit = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() >= 3
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.chars().all(fit))
}

fn is_account(text: &str) -> bool {
    let is_aws = text.len() == 12 && text.chars().all(|c| c.is_ascii_digit());
    let id = text.strip_prefix("external_");
    is_aws || text == EXTERNAL || text == DEFAULT_ACCOUNT || id.is_some_and(is_name)
}

#[cfg(test)]
mod tests {
    use auditlake_normalizer::class;

    use super::*;

    fn settings() -> SecurityLake {
        SecurityLake {
            region: "ap-southeast-1".to_owned(),
            account: DEFAULT_ACCOUNT.to_owned(),
            source: DEFAULT_SOURCE.to_owned(),
            source_version: None,
        }
    }

    #[track_caller]
    fn check_refused(change: impl FnOnce(&mut SecurityLake), word: &str) {
        let mut settings = settings();
        change(&mut settings);
        match settings.check() {
            Err(Error::Config(message)) => assert!(message.contains(word), "{message}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_source_is_one_class_and_its_prefix_is_ext() {
        let mut settings = settings();
        assert!(settings.check().is_ok());
        let directory = settings.directory(&class::AUTHENTICATION);
        assert_eq!(directory, "ext/auditlake-3002");
        assert_eq!(settings.directory(&class::BASE_EVENT), "ext/auditlake-0");
        settings.source_version = Some("1.0".to_owned());
        let directory = settings.directory(&class::AUTHENTICATION);
        assert_eq!(directory, "ext/auditlake-3002/1.0");
    }

    #[test]
    fn an_account_is_fixed_or_the_records_tenant() {
        let text = |text: &str| Piece::Text(text.to_owned());
        let mut settings = settings();
        let tenant = Piece::Value {
            column: "metadata.tenant_uid".to_owned(),
        };
        let by_tenant = directory(
            vec![text("accountId=external_"), tenant],
            "accountId=external".to_owned(),
        );
        assert_eq!(settings.partitions()[1], by_tenant);
        settings.account = "123456789012".to_owned();
        let fixed = directory(vec![text("accountId=123456789012")], String::new());
        assert_eq!(settings.partitions()[1], fixed);
    }

    #[test]
    fn a_source_has_twenty_characters_at_most_and_its_role_sixty_four() {
        let twenty = "m365-audit-logs-";
        let source = |text: &str| format!("{text}{CLASS_UID}");
        let mut good = settings();
        good.source = source(twenty);
        good.region = "eu-central-1".to_owned();
        assert_eq!(good.source.replace(CLASS_UID, LONGEST_UID).len(), 20);
        assert!(good.check().is_ok());
        check_refused(|s| s.source = source("m365-audit-logs-x"), "20 characters");
        let long = |s: &mut SecurityLake| {
            s.source = source(twenty);
            s.region = "ap-northeastern-1".to_owned();
        };
        check_refused(long, "more than 64");
    }

    #[test]
    fn there_are_fewer_classes_than_an_account_may_have_sources() {
        assert!(class::CLASSES.len() <= 50);
        assert!(class::CLASSES.iter().all(|class| class.uid <= 9999));
    }

    #[test]
    fn the_writers_pages_and_row_groups_are_within_the_limits() {
        // The writer looks after a batch of values, which may be as large as a page: so twice.
        const { assert!(2 * auditlake_parquet::DATA_PAGE_BYTES <= 1_000_000) };
        const { assert!(auditlake_parquet::ROW_GROUP_BYTES <= 256_000_000) };
    }

    #[test]
    fn what_security_lake_would_not_take_is_refused() {
        check_refused(|s| s.source = "m365".to_owned(), "one class");
        check_refused(|s| s.source = "a/{class_uid}".to_owned(), "one class");
        check_refused(|s| s.region = "Frankfurt".to_owned(), "no AWS region");
        check_refused(|s| s.region = "eu-west-1/x".to_owned(), "no AWS region");
        check_refused(|s| s.account = "contoso".to_owned(), "no account");
        check_refused(|s| s.account = "12345678901".to_owned(), "no account");
        check_refused(|s| s.account = "external_a/b".to_owned(), "no account");
        check_refused(|s| s.source_version = Some("1 0".to_owned()), "no version");
        for good in ["123456789012", "external", "external_contoso"] {
            assert!(is_account(good), "{good}");
        }
    }

    #[test]
    fn objects_come_between_every_five_minutes_and_once_a_day() {
        let layout = super::super::Layout::SecurityLake {
            security_lake: settings(),
        };
        let check = |minutes| layout.check_window(SignedDuration::from_mins(minutes));
        assert!(check(4).is_err());
        assert!(check(5).is_ok() && check(24 * 60).is_ok());
        assert_eq!(layout.generation_bytes(u64::MAX), 256_000_000);
        assert_eq!(layout.generation_bytes(16 << 20), 16 << 20);
    }
}
