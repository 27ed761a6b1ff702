//! Microsoft Fabric, warehouse and SQL endpoint: a view of the files.

use super::openrowset;
use super::place::Place;

pub(super) fn statements(place: &Place<'_>) -> String {
    openrowset::statements(place, &place.directory, "")
}
