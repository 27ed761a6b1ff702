//! What a run asks of a lake's layout. What it does not ask for is as the lake has it.

use std::fmt;

use auditlake_normalizer::schema::EVENTS_DIRECTORY;

use super::security_lake::{DEFAULT_ACCOUNT, DEFAULT_SOURCE};
use super::{LakeFormat, Layout, PathTemplate, SecurityLake, Setting};
use crate::error::Error;
use crate::handover::Form;
use crate::tables::{QUARANTINE, SERVICE_HEALTH};

/// A layout that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayoutName {
    /// Directories of class and day.
    Hive,
    /// No directories below the table's.
    Flat,
    /// Custom sources of Amazon Security Lake.
    SecurityLake,
}

impl fmt::Display for LayoutName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hive => "hive",
            Self::Flat => "flat",
            Self::SecurityLake => "security-lake",
        })
    }
}

/// What a run asks for. A new lake is `hive` with the table `events` unless told otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayoutChoice {
    /// The layout by its name.
    pub layout: Option<LayoutName>,
    /// Directories of one's own: see [`PathTemplate`]. Stands in place of a layout.
    pub path_template: Option<String>,
    /// Directory of the events.
    pub table: Option<String>,
    /// What the tables are; a new lake's are `parquet` unless told otherwise.
    pub format: Option<LakeFormat>,
    /// What Amazon Security Lake's paths say.
    pub security_lake: SecurityLakeChoice,
}

/// What a run asks of Amazon Security Lake's paths: see [`SecurityLake`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityLakeChoice {
    /// The region of the data lake; a new lake needs it.
    pub region: Option<String>,
    /// The account that the records are about; by the record's tenant unless told otherwise.
    pub account: Option<String>,
    /// How the custom sources are called.
    pub source: Option<String>,
    /// The version of the custom sources, if they have one.
    pub source_version: Option<String>,
}

impl LayoutChoice {
    /// Whether this can be a layout of any lake.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] says what is wrong: a template that cannot be, names that paths cannot have, settings that
    /// do not belong together.
    pub fn check(&self) -> Result<(), Error> {
        self.check_together()?;
        if let Some(table) = &self.table {
            check_table(table)?;
        }
        if let Some(template) = &self.path_template {
            PathTemplate::parse(template)?;
        }
        // Only a new lake needs a region, and whether it is new is not known yet.
        let asked = self.security_lake.over("eu-west-1");
        asked.check()
    }

    /// The layout of a new lake.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] as [`check`](Self::check), and where a lake's layout needs more than is asked for.
    pub fn of_new_lake(&self) -> Result<Layout, Error> {
        self.check()?;
        let table = self.table.as_deref().unwrap_or(EVENTS_DIRECTORY).to_owned();
        if let Some(template) = &self.path_template {
            let path_template = PathTemplate::parse(template)?;
            return Ok(Layout::Template {
                table,
                path_template,
            });
        }
        if self.layout.is_none() && self.security_lake != SecurityLakeChoice::default() {
            return Err(Error::Config(
                "the lake is new, and settings of Amazon Security Lake need the layout `security-lake`"
                    .to_owned(),
            ));
        }
        match self.layout.unwrap_or(LayoutName::Hive) {
            LayoutName::Hive => Ok(Layout::Hive { table }),
            LayoutName::Flat => Ok(Layout::Flat { table }),
            LayoutName::SecurityLake => {
                let region = self.security_lake.region.as_deref();
                let region = region.ok_or_else(|| {
                    Error::Config("the layout `security-lake` needs the region of the data lake: --security-lake-region".to_owned())
                })?;
                let security_lake = self.security_lake.over(region);
                security_lake.check()?;
                Ok(Layout::SecurityLake { security_lake })
            }
        }
    }

    /// As a run asks that hands on in a form, or that writes files where there is none.
    pub(crate) fn of_run(&self, form: Option<Form>) -> Result<Self, Error> {
        let is_at_odds = |format: &LakeFormat| format.handed_on() != form;
        if let Some(format) = self.format.filter(is_at_odds) {
            return Err(Error::Config(format!(
                "the format `{format}` is asked for, and the run has {} outlet",
                if form.is_some() { "another" } else { "no" }
            )));
        }
        Ok(Self {
            format: form.map(LakeFormat::from).or(self.format),
            ..self.clone()
        })
    }

    /// Names and values of what is asked for.
    pub(super) fn settings(&self) -> Result<Vec<(Setting, String)>, Error> {
        self.check()?;
        let template = self.path_template.as_deref().map(PathTemplate::parse);
        let template = template.transpose()?.map(|template| template.to_string());
        let layout = template.or(self.layout.map(|name| name.to_string()));
        let SecurityLakeChoice {
            region,
            account,
            source,
            source_version,
        } = self.security_lake.clone();
        let all = [
            (Setting::Layout, layout),
            (Setting::Table, self.table.clone()),
            (
                Setting::Format,
                self.format.map(|format| format.to_string()),
            ),
            (Setting::Region, region),
            (Setting::Account, account),
            (Setting::Source, source),
            (Setting::SourceVersion, source_version),
        ];
        Ok(all
            .into_iter()
            .filter_map(|(setting, value)| Some((setting, value?)))
            .collect())
    }

    fn check_together(&self) -> Result<(), Error> {
        let refuse = |what: &str| Err(Error::Config(what.to_owned()));
        let is_security_lake = self.layout == Some(LayoutName::SecurityLake);
        let other = self.path_template.is_some() || self.layout.is_some() && !is_security_lake;
        if self.path_template.is_some() && self.layout.is_some() {
            return refuse("a layout and a path template cannot both be had");
        }
        if is_security_lake && self.table.is_some() {
            return refuse(
                "the layout `security-lake` has sources and no table: --security-lake-source",
            );
        }
        if other && self.security_lake != SecurityLakeChoice::default() {
            return refuse(
                "settings of Amazon Security Lake are for the layout `security-lake` alone",
            );
        }
        Ok(())
    }
}

impl SecurityLakeChoice {
    fn over(&self, region: &str) -> SecurityLake {
        let or = |asked: &Option<String>, default: &str| {
            asked.clone().unwrap_or_else(|| default.to_owned())
        };
        SecurityLake {
            region: or(&self.region, region),
            account: or(&self.account, DEFAULT_ACCOUNT),
            source: or(&self.source, DEFAULT_SOURCE),
            source_version: self.source_version.clone(),
        }
    }
}

/// Whether a table's name is fit for paths, and no place that others have.
fn check_table(table: &str) -> Result<(), Error> {
    let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let part =
        |part: &str| !part.is_empty() && !part.starts_with(['.', '_']) && part.chars().all(fit);
    if !table.split('/').all(part) {
        return Err(Error::Config(format!(
            "`{table}` is not a table's name: letters, digits, `.`, `_` and `-` are allowed, `/` between parts, and no \
             dot or underscore at a part's start, which hides files from engines"
        )));
    }
    match table.split('/').next() {
        Some(QUARANTINE) => Err(Error::Config(format!(
            "the table `{QUARANTINE}` is for what is no audit record"
        ))),
        Some(SERVICE_HEALTH) => Err(Error::Config(format!(
            "the table `{SERVICE_HEALTH}` is for what Microsoft announces of its services"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn security_lake() -> LayoutChoice {
        LayoutChoice {
            layout: Some(LayoutName::SecurityLake),
            security_lake: SecurityLakeChoice {
                region: Some("eu-central-1".to_owned()),
                ..SecurityLakeChoice::default()
            },
            ..LayoutChoice::default()
        }
    }

    #[track_caller]
    fn check_refused(choice: &LayoutChoice, word: &str) {
        match choice.of_new_lake() {
            Err(Error::Config(message)) => assert!(message.contains(word), "{message}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_new_lake_is_hive_unless_told_otherwise() {
        let layout = LayoutChoice::default().of_new_lake().unwrap();
        assert_eq!(layout, Layout::default());
        assert_eq!(layout.ocsf_version(), "1.8.0");
        let layout = security_lake().of_new_lake().unwrap();
        assert_eq!(layout.ocsf_version(), "1.3.0");
    }

    #[test]
    fn a_table_is_fit_for_paths_and_not_anothers() {
        for good in ["events", "m365.v1", "raw/m365"] {
            assert!(check_table(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/events",
            "events/",
            "..",
            "_auditlake",
            "a/_b",
            ".x",
            "a b",
            "a=b",
            "quarantine",
            "quarantine/x",
            "service_health",
        ] {
            assert!(check_table(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let with_table = LayoutChoice {
            table: Some("events".to_owned()),
            ..security_lake()
        };
        check_refused(&with_table, "no table");
        let nowhere = LayoutChoice {
            layout: Some(LayoutName::SecurityLake),
            ..LayoutChoice::default()
        };
        check_refused(&nowhere, "--security-lake-region");
        let hive = LayoutChoice {
            layout: Some(LayoutName::Hive),
            ..security_lake()
        };
        check_refused(&hive, "alone");
        let two = LayoutChoice {
            path_template: Some("{table}".to_owned()),
            layout: Some(LayoutName::Flat),
            ..LayoutChoice::default()
        };
        check_refused(&two, "both");
    }
}
