//! Columns of nulls alone.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, new_null_array};
use arrow::datatypes::DataType;

/// Makes columns without a value. Those of one type that follow each other, as most do, are one and the same array.
#[derive(Debug, Default)]
pub(super) struct Nothing {
    last: Option<ArrayRef>,
}

impl Nothing {
    /// So many nulls.
    pub(super) fn of(&mut self, data_type: &DataType, rows: usize) -> ArrayRef {
        let is_same = |last: &&ArrayRef| last.len() == rows && last.data_type() == data_type;
        if let Some(last) = self.last.as_ref().filter(is_same) {
            return Arc::clone(last);
        }
        let made = new_null_array(data_type, rows);
        self.last = Some(Arc::clone(&made));
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
        assert_eq!(&first, &new_null_array(&DataType::Utf8, 3));
    }
}
