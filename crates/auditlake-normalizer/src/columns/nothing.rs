//! Columns of nulls alone.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, new_null_array};
use arrow::datatypes::DataType;

/// Makes columns without a value. Those of one type and length, as most are, are one and the same array.
#[derive(Debug, Default)]
pub(super) struct Nothing {
    made: Vec<ArrayRef>,
}

impl Nothing {
    /// So many nulls.
    pub(super) fn of(&mut self, data_type: &DataType, rows: usize) -> ArrayRef {
        let is_same = |made: &&ArrayRef| made.len() == rows && made.data_type() == data_type;
        if let Some(made) = self.made.iter().find(is_same) {
            return Arc::clone(made);
        }
        let made = new_null_array(data_type, rows);
        self.made.push(Arc::clone(&made));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_the_same_is_shared() {
        let mut nothing = Nothing::default();
        let first = nothing.of(&DataType::Utf8, 3);
        assert!(Arc::ptr_eq(&first, &nothing.of(&DataType::Utf8, 3)));
        assert_eq!(nothing.of(&DataType::Utf8, 2).null_count(), 2);
        let number = nothing.of(&DataType::Int32, 2);
        assert_eq!((number.data_type(), number.len()), (&DataType::Int32, 2));
        assert!(Arc::ptr_eq(&first, &nothing.of(&DataType::Utf8, 3)));
        assert_eq!(&first, &new_null_array(&DataType::Utf8, 3));
    }
}
