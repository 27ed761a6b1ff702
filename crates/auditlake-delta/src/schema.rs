//! The table's columns, as Arrow has them and as Delta does.

use delta_kernel::engine::arrow_conversion::TryFromArrow;
use delta_kernel::expressions::ColumnName;
use delta_kernel::schema::{DataType, StructField, StructType};

use crate::{Error, TableDefinition};

/// A column that a table lacks, and what it is in; `None` for the table itself.
pub(crate) type Addition = (Option<ColumnName>, StructField);

/// The columns of a table as Delta has them.
pub(crate) fn of(definition: &TableDefinition) -> Result<StructType, Error> {
    StructType::try_from_arrow(&definition.columns()).map_err(Error::rows(&definition.name))
}

/// What a table lacks of the columns that are wanted: an older build made it.
///
/// Columns that it has beside them stay: a later build made it, or somebody added them.
pub(crate) fn additions(
    definition: &TableDefinition,
    has: &StructType,
    wanted: &StructType,
) -> Result<Vec<Addition>, Error> {
    let mut additions = Vec::new();
    compare(&[], has, wanted, &mut additions).map_err(|reason| Error::OtherTable {
        table: definition.name.clone(),
        reason,
    })?;
    Ok(additions)
}

fn compare(
    path: &[String],
    has: &StructType,
    wanted: &StructType,
    additions: &mut Vec<Addition>,
) -> Result<(), String> {
    for field in wanted.fields() {
        let below = [path, &[field.name().clone()]].concat();
        match has.field(field.name()) {
            None => {
                let parent = (!path.is_empty()).then(|| ColumnName::new(path));
                additions.push((parent, field.clone()));
            }
            Some(there) => compare_types(&below, there.data_type(), field.data_type(), additions)?,
        }
    }
    Ok(())
}

fn compare_types(
    path: &[String],
    has: &DataType,
    wanted: &DataType,
    additions: &mut Vec<Addition>,
) -> Result<(), String> {
    match (has, wanted) {
        (DataType::Struct(has), DataType::Struct(wanted)) => compare(path, has, wanted, additions),
        (DataType::Array(has), DataType::Array(wanted)) => {
            // What a list holds is called so in Delta's paths of columns.
            let element = [path, &["element".to_owned()]].concat();
            compare_types(
                &element,
                has.element_type(),
                wanted.element_type(),
                additions,
            )
        }
        (has, wanted) if has == wanted => Ok(()),
        (has, wanted) => Err(format!(
            "its column `{}` is {has}, and {wanted} is written",
            path.join(".")
        )),
    }
}
