//! Content types and content blobs as the service names them.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::Error;

/// How long a blob can be retrieved after it was created: 7 days (Microsoft, Office 365 Management Activity API
/// reference, "List available content": `contentExpiration` in every sample).
pub const RETENTION: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One of the five feeds (Microsoft, Office 365 Management Activity API reference, "Working with the API").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentType {
    /// `Audit.AzureActiveDirectory`
    AzureActiveDirectory,
    /// `Audit.Exchange`
    Exchange,
    /// `Audit.SharePoint`
    SharePoint,
    /// `Audit.General`
    General,
    /// `DLP.All`
    Dlp,
}

impl ContentType {
    /// All five, in the documentation's order.
    pub const ALL: [Self; 5] = [
        Self::AzureActiveDirectory,
        Self::Exchange,
        Self::SharePoint,
        Self::General,
        Self::Dlp,
    ];

    /// The exact spelling used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AzureActiveDirectory => "Audit.AzureActiveDirectory",
            Self::Exchange => "Audit.Exchange",
            Self::SharePoint => "Audit.SharePoint",
            Self::General => "Audit.General",
            Self::Dlp => "DLP.All",
        }
    }
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ContentType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromStr for ContentType {
    type Err = Error;

    /// The exact spelling only: the service has no other.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|content_type| content_type.as_str() == text)
            .ok_or_else(|| Error::UnknownContentType(text.to_owned()))
    }
}

/// A content blob written out, for tests that need to say exactly what is offered.
#[derive(Debug, Clone)]
pub struct Blob {
    /// The feed it is offered in.
    pub content_type: ContentType,
    /// `contentCreated`; listed only once the clock has passed it.
    pub created: Timestamp,
    /// The response body as it is; a JSON array of audit records, if the test does not want otherwise.
    pub body: Vec<u8>,
}

impl Blob {
    /// A blob of these records, JSON texts that are joined as they are.
    pub fn of_records<T: AsRef<str>>(
        content_type: ContentType,
        created: Timestamp,
        records: &[T],
    ) -> Self {
        Self {
            content_type,
            created,
            body: array_of(records),
        }
    }
}

/// A record of [`Blob::of_size`] is filled up to about so many bytes.
const SIZED_RECORD_BYTES: usize = 1000;

impl Blob {
    /// A blob of at least `bytes` bytes, of made-up distinct records of about a kilobyte each. The same arguments give
    /// the same blob, another content type or time another one with other records.
    pub fn of_size(content_type: ContentType, created: Timestamp, bytes: usize) -> Self {
        let count = bytes.div_ceil(SIZED_RECORD_BYTES);
        let records: Vec<String> = (0..count)
            .map(|index| sized_record(content_type, created, index))
            .collect();
        Self::of_records(content_type, created, &records)
    }
}

fn sized_record(content_type: ContentType, created: Timestamp, index: usize) -> String {
    let (workload, record_type) = match content_type {
        ContentType::AzureActiveDirectory => ("AzureActiveDirectory", 8),
        ContentType::Exchange => ("Exchange", 1),
        ContentType::SharePoint => ("SharePoint", 6),
        ContentType::General => ("MicrosoftTeams", 25),
        ContentType::Dlp => ("Exchange", 13),
    };
    let time = created.strftime("%Y-%m-%dT%H:%M:%S");
    let head = format!(
        r#"{{"CreationTime":"{time}","Id":"{:08x}-{record_type:04x}-4000-8000-{index:012x}","Operation":"Sized","RecordType":{record_type},"Version":1,"UserType":0,"UserKey":"sized","UserId":"sized@contoso.example","Workload":"{workload}","Filling":""#,
        created.as_second()
    );
    let filling = "x".repeat(SIZED_RECORD_BYTES.saturating_sub(head.len() + 2));
    format!("{head}{filling}\"}}")
}

/// A blob as a complete listing would show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferedBlob {
    /// The feed it is offered in.
    pub content_type: ContentType,
    /// `contentId`: opaque, with `$` in it.
    pub content_id: String,
    /// `contentCreated`.
    pub created: Timestamp,
    /// `contentExpiration`.
    pub expires: Timestamp,
}

/// The records as a JSON array, byte for byte.
pub(crate) fn array_of<T: AsRef<str>>(records: &[T]) -> Vec<u8> {
    let mut body = Vec::with_capacity(
        records
            .iter()
            .map(|record| record.as_ref().len() + 1)
            .sum::<usize>()
            + 2,
    );
    body.push(b'[');
    for (index, record) in records.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(record.as_ref().as_bytes());
    }
    body.push(b']');
    body
}
