//! Activities that the tables of many workloads name.
//!
//! API Activity, Web Resources Activity and Entity Management number the first four alike; the rest are of Web Resources
//! Activity alone. A workload whose class numbers them otherwise has constants of its own.

/// 1 Create.
pub(super) const CREATE: u8 = 1;
/// 2 Read.
pub(super) const READ: u8 = 2;
/// 3 Update.
pub(super) const UPDATE: u8 = 3;
/// 4 Delete.
pub(super) const DELETE: u8 = 4;
/// 5 Search.
pub(super) const SEARCH: u8 = 5;
/// 7 Export.
pub(super) const EXPORT: u8 = 7;
/// 8 Share.
pub(super) const SHARE: u8 = 8;
/// 99 Other, of any class.
pub(super) const OTHER: u8 = 99;
