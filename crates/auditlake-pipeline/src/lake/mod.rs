//! What a lake holds, and whether it is as the ledger says. Nothing here changes it.

pub(crate) mod check;
mod info;

pub use check::{CheckReport, Finding, FindingKind, check};
pub use info::{ClassInfo, LakeInfo, TableInfo, info};
