//! What a lake says of itself: `_auditlake/lake.json`, created by its first run and never changed.

use auditlake_normalizer::schema::SCHEMA_VERSION;
use auditlake_parquet::Lake;
use futures::StreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use serde::{Deserialize, Serialize};

use super::{LakeFormat, Layout, LayoutChoice, Setting};
use crate::error::Error;

/// Where it is, below the lake's root.
pub const LAKE_RECORD_PATH: &str = "_auditlake/lake.json";
/// The latest version of its form. A lake of plain Parquet has version 1, which older builds know as well; one of
/// another format has a later one, as they would write to it without telling its tables, or its reader.
pub const LAKE_RECORD_VERSION: u32 = 3;
/// Lakes that have this and no record were made before there was one.
const LEDGER: &str = "_auditlake/ledger";

/// What a lake says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeRecord {
    /// Version of this form.
    pub version: u32,
    /// Where files are.
    #[serde(flatten)]
    pub layout: Layout,
    /// What its tables are.
    #[serde(default, skip_serializing_if = "LakeFormat::is_parquet")]
    pub format: LakeFormat,
    /// The OCSF version of the events.
    pub ocsf_version: String,
    /// The version of the columns that the first files had; later ones may have more.
    pub schema_version: u32,
    /// When it was made.
    pub created: Timestamp,
    /// What made it.
    pub created_by: String,
}

/// Only the version: a form that is not known is not read further.
#[derive(Debug, Deserialize)]
struct Version {
    version: u32,
}

impl LakeRecord {
    fn new(layout: Layout, format: LakeFormat, now: Timestamp) -> Self {
        Self {
            version: format.record_version(),
            ocsf_version: layout.ocsf_version().to_owned(),
            layout,
            format,
            schema_version: SCHEMA_VERSION,
            created: now,
            created_by: concat!("auditlake ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let unreadable = |source| Error::Record {
            path: path.to_string(),
            source,
        };
        let Version { version } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if version > LAKE_RECORD_VERSION {
            return Err(later(&format!("its record has version {version}")));
        }
        serde_json::from_slice(bytes).map_err(unreadable)
    }

    /// The layout, if this build can write it and it is what was asked for.
    fn agree(self, choice: &LayoutChoice) -> Result<Layout, Error> {
        if self.schema_version > SCHEMA_VERSION {
            let version = self.schema_version;
            return Err(later(&format!("its columns have version {version}")));
        }
        let writes = self.layout.ocsf_version();
        if self.ocsf_version != writes {
            let has = self.ocsf_version;
            return Err(Error::OtherLake(format!(
                "its events are OCSF {has}, and this build writes {writes}"
            )));
        }
        self.format.check_asked(choice.format)?;
        let mut has = self.layout.settings();
        has.push((Setting::Format, self.format.to_string()));
        for (setting, asked) in choice.settings()? {
            let value = has.iter().find(|(known, _)| *known == setting);
            let value = value.map_or("none", |(_, value)| value);
            if value != asked {
                return Err(Error::OtherLake(format!(
                    "its {setting} is `{value}`, and `{asked}` was asked for"
                )));
            }
        }
        self.format.check(&self.layout)?;
        Ok(self.layout)
    }
}

fn later(what: &str) -> Error {
    Error::OtherLake(format!("it was made by a later build: {what}"))
}

/// The layout of the lake: as its record says, or for a new lake as is asked for, which then is its record.
///
/// Nothing is created where `read_only` is set.
///
/// # Errors
///
/// [`Error::OtherLake`] if the lake is not what is asked for, [`Error::Config`] if what is asked for cannot be.
pub(crate) async fn settle(
    lake: &Lake,
    choice: &LayoutChoice,
    now: Timestamp,
    read_only: bool,
) -> Result<Layout, Error> {
    choice.check()?;
    if let Some(record) = read(lake).await? {
        if !read_only {
            // A first run that was killed, or that was slower, left its own record beside this one.
            lake.remove_staging(LAKE_RECORD_PATH).await?;
        }
        return record.agree(choice);
    }
    let record = if has_ledger(lake).await? {
        LakeRecord::new(Layout::default(), LakeFormat::Parquet, now)
    } else {
        let format = choice.format.unwrap_or_default();
        LakeRecord::new(choice.of_new_lake()?, format, now)
    };
    let layout = record.clone().agree(choice)?;
    if read_only {
        return Ok(layout);
    }
    first(lake, choice, &record).await
}

/// The layout of a lake that may be there already; that of a new one unless told otherwise.
///
/// # Errors
///
/// [`Error::OtherLake`] if a later build made it.
pub(crate) async fn of(lake: &Lake) -> Result<Layout, Error> {
    let record = read(lake).await?;
    let Some(record) = record else {
        return Ok(Layout::default());
    };
    let as_it_is = LayoutChoice {
        format: Some(record.format),
        ..LayoutChoice::default()
    };
    record.agree(&as_it_is)
}

/// The format of a lake that may be there already; that of a new one unless told otherwise.
pub(crate) async fn format_of(lake: &Lake) -> Result<LakeFormat, Error> {
    let record = read(lake).await?;
    Ok(record.map(|record| record.format).unwrap_or_default())
}

/// Makes the record that of the lake, unless another first run was faster: then its choice stands.
async fn first(lake: &Lake, choice: &LayoutChoice, record: &LakeRecord) -> Result<Layout, Error> {
    let there = if create(lake, record).await? {
        None
    } else {
        read(lake).await?
    };
    there.unwrap_or_else(|| record.clone()).agree(choice)
}

async fn read(lake: &Lake) -> Result<Option<LakeRecord>, Error> {
    let path = lake.path(LAKE_RECORD_PATH);
    let object = match lake.store().get(&path).await {
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        object => object.map_err(failed(&path))?,
    };
    let bytes = object.bytes().await.map_err(failed(&path))?;
    LakeRecord::parse(&bytes, &path).map(Some)
}

/// Whether the record is ours now; not if another is there.
async fn create(lake: &Lake, record: &LakeRecord) -> Result<bool, Error> {
    let path = lake.path(LAKE_RECORD_PATH);
    let text = serde_json::to_string_pretty(record).map_err(|source| Error::Record {
        path: path.to_string(),
        source,
    })?;
    let payload = PutPayload::from(text + "\n");
    let put = lake
        .store()
        .put_opts(&path, payload, PutMode::Create.into());
    match put.await {
        Ok(_) => Ok(true),
        Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
        // Another run has made the record, and taken this put for that of a killed one.
        Err(_) if read(lake).await?.is_some() => Ok(false),
        Err(source) => Err(failed(&path)(source)),
    }
}

async fn has_ledger(lake: &Lake) -> Result<bool, Error> {
    let path = lake.path(LEDGER);
    let first = lake.store().list(Some(&path)).next().await;
    first
        .transpose()
        .map_err(failed(&path))
        .map(|found| found.is_some())
}

fn failed(path: &Path) -> impl FnOnce(object_store::Error) -> Error {
    let path = path.to_string();
    move |source| Error::Ledger { path, source }
}

#[cfg(test)]
mod tests;
