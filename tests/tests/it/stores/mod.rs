//! Lakes on object stores: emulators of S3 and Azure that `cargo xtask test` starts, a stand-in of
//! our own for Google, memory and disk.

mod azure;
mod backfill;
mod conformance;
mod google;
mod place;
mod policy;
mod s3;
mod signed_s3;
mod unfit;
