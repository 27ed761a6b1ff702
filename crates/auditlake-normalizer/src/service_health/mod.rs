//! Service announcements in, rows of the `service_health` table out; pure, as all of the crate.
//!
//! One row is one event in time. An issue is a row as it was at its last change, its posts are rows of their own, a
//! status is a row once an hour, or at once when it is another one. The identity of a row says what it is a version of
//! and which one, so that the same announcement, read again and again, is the same row. Nothing is refused: what is no
//! object, or lacks a member, is a row with what there is.

mod communications;
mod graph;
mod row;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use jiff::Timestamp;

use self::row::{Row, batch, read};

/// What an element was fetched as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthElement {
    /// A service with its status, in Microsoft Graph.
    Overview,
    /// An issue with its posts, in Microsoft Graph.
    Issue,
    /// A message, in Microsoft Graph.
    Message,
    /// A service, in the retired API.
    Service,
    /// What a service's status is, in the retired API.
    CurrentStatus,
    /// What a service's status was on a day, in the retired API.
    HistoricalStatus,
    /// An incident or a message, in the retired API.
    Communication,
}

/// Where elements came from, and when.
#[derive(Debug, Clone, Copy)]
pub struct HealthOrigin<'a> {
    /// Name of the connection.
    pub connection: &'a str,
    /// The tenant's GUID: the same issue may be another one for another tenant.
    pub tenant_uid: &'a str,
    /// When they were fetched.
    pub fetched: Timestamp,
}

/// Rows of the `service_health` table.
#[derive(Debug)]
pub struct HealthBatch {
    /// The rows, of [`service_health_schema`](crate::service_health_schema).
    pub rows: RecordBatch,
    /// Their identities, in the same order.
    pub identities: Vec<u128>,
}

/// Turns elements into rows, one at a time.
#[derive(Debug)]
pub struct HealthNormalizer {
    raw_data: bool,
    rows: Vec<Row>,
}

impl HealthNormalizer {
    /// Has no rows yet; `raw_data` keeps the elements' own text.
    pub fn new(raw_data: bool) -> Self {
        Self {
            raw_data,
            rows: Vec::new(),
        }
    }

    /// Adds the rows of an element, a JSON text as it came.
    pub fn push(&mut self, element: HealthElement, json: &str, origin: &HealthOrigin<'_>) {
        let value = read(json);
        let rows = match element {
            HealthElement::Overview => vec![graph::overview(&value, json, origin)],
            HealthElement::Issue => graph::issue(&value, json, origin),
            HealthElement::Message => vec![graph::message(&value, json, origin)],
            HealthElement::Service => vec![communications::service(&value, json, origin)],
            HealthElement::CurrentStatus => vec![communications::current(&value, json, origin)],
            HealthElement::HistoricalStatus => {
                vec![communications::historical(&value, json, origin)]
            }
            HealthElement::Communication => communications::message(&value, json, origin),
        };
        self.rows.extend(rows);
    }

    /// Takes the rows that were made.
    ///
    /// An error is a mistake of this crate: a column with a value of another type.
    pub fn finish(&mut self) -> Result<HealthBatch, ArrowError> {
        batch(std::mem::take(&mut self.rows), self.raw_data)
    }
}

#[cfg(test)]
mod tests;
