//! Columns of nulls alone.

use std::sync::Arc;

use arrow::array::{ArrayRef, PrimitiveArray, StringArray};
use arrow::buffer::{Buffer, MutableBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::ArrowPrimitiveType;

/// So many nulls, of any type: their arrays share one piece of memory.
#[derive(Debug)]
pub(super) struct Nothing {
    zeros: Buffer,
    nulls: NullBuffer,
}

impl Nothing {
    pub(super) fn new(rows: usize) -> Self {
        let bytes = (rows + 1) * size_of::<i64>();
        Self {
            zeros: MutableBuffer::from_len_zeroed(bytes).into(),
            nulls: NullBuffer::new_null(rows),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.nulls.len()
    }

    /// A column of texts that has none.
    pub(super) fn texts(&self) -> ArrayRef {
        let zeros = ScalarBuffer::new(self.zeros.clone(), 0, self.rows() + 1);
        let (offsets, text) = (OffsetBuffer::new(zeros), Buffer::default());
        Arc::new(StringArray::new(offsets, text, Some(self.nulls.clone())))
    }

    /// A column of numbers that has none.
    pub(super) fn numbers<T: ArrowPrimitiveType>(&self) -> ArrayRef {
        let zeros = ScalarBuffer::new(self.zeros.clone(), 0, self.rows());
        Arc::new(PrimitiveArray::<T>::new(zeros, Some(self.nulls.clone())))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, new_null_array};
    use arrow::datatypes::{DataType, Int32Type, Int64Type};

    use super::*;

    #[test]
    fn they_are_as_arrow_makes_them() {
        for rows in [0, 1, 100] {
            let nothing = Nothing::new(rows);
            assert_eq!(nothing.rows(), rows);
            let made = [
                (nothing.texts(), DataType::Utf8),
                (nothing.numbers::<Int32Type>(), DataType::Int32),
                (nothing.numbers::<Int64Type>(), DataType::Int64),
            ];
            for (made, data_type) in made {
                assert_eq!(&made, &new_null_array(&data_type, rows));
                assert_eq!(made.null_count(), rows);
            }
        }
    }
}
