//! Column builders, filled sparsely: a row costs what it sets, and gaps become nulls when the next value comes. Columns
//! without a value, which most are in most batches, share the memory of their nulls.

mod nothing;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayBuilder, ArrayRef, BooleanBuilder, Int32Builder, Int64Builder, ListArray,
    RecordBatch, StringBuilder, StructArray, TimestampMicrosecondBuilder,
};
use arrow::buffer::{BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use arrow::error::ArrowError;

use self::nothing::Nothing;
use crate::event::{Op, Value};
use crate::schema::column::{Column, Kind};
use crate::schema::layout::LAYOUT;
use crate::schema::path::{Leaf, ListId};
use crate::schema::{EVENTS, event_schema, utc};

/// Builders of all leaves and lists of the `events` table.
#[derive(Debug)]
pub(crate) struct Columns {
    /// Each with the innermost list of objects that holds it.
    leaves: Vec<(LeafBuilder, Option<ListId>)>,
    lists: Vec<Elements>,
    rows: usize,
}

/// How many elements each parent row has, and how many there are.
#[derive(Debug, Default)]
struct Elements {
    counts: Vec<i32>,
    total: usize,
}

impl Elements {
    /// Adds an element to parent row `row`, the last so far.
    fn add(&mut self, row: usize) {
        self.counts.resize(row + 1, 0);
        self.counts[row] += 1;
        self.total += 1;
    }

    /// Offsets and validity of `rows` lists: a list without elements is null.
    fn finish(&mut self, rows: usize) -> (OffsetBuffer<i32>, NullBuffer) {
        let mut counts = std::mem::take(&mut self.counts);
        counts.resize(rows, 0);
        self.total = 0;
        let valid = counts.iter().map(|n| *n > 0).collect::<NullBuffer>();
        (
            OffsetBuffer::from_lengths(counts.iter().map(|n| usize::try_from(*n).unwrap_or(0))),
            valid,
        )
    }
}

#[derive(Debug)]
enum LeafBuilder {
    Text(Texts),
    Int(Int32Builder),
    Long(Int64Builder),
    Bool(BooleanBuilder),
    DateTime(TimestampMicrosecondBuilder),
    TextList(Elements, StringBuilder),
    IntList(Elements, Int32Builder),
}

/// Texts, with as much room to begin with as those of the batch before took: what grows is copied, and has twice the room
/// that it needs.
#[derive(Debug, Default)]
struct Texts {
    builder: Option<StringBuilder>,
    /// Texts of the batch before, and their bytes.
    before: (usize, usize),
}

impl Texts {
    fn builder(&mut self) -> &mut StringBuilder {
        // A sixteenth more, as no two batches are alike.
        let [texts, bytes] = [self.before.0, self.before.1].map(|it| it + it / 16);
        self.builder
            .get_or_insert_with(|| StringBuilder::with_capacity(texts, bytes))
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let mut builder = self.builder.take().unwrap_or_default();
        builder.append_nulls(rows - builder.len());
        self.before = (rows, builder.values_slice().len());
        fitted(builder.finish())
    }
}

/// The array without room to spare: batches wait, and the room of their builders would be as much again as they need.
fn fitted(mut array: impl Array + 'static) -> ArrayRef {
    array.shrink_to_fit();
    Arc::new(array)
}

impl LeafBuilder {
    /// Without room, as most columns of most classes never have a value.
    fn new(kind: &Kind) -> Self {
        match kind {
            Kind::Int => Self::Int(Int32Builder::with_capacity(0)),
            Kind::Long => Self::Long(Int64Builder::with_capacity(0)),
            Kind::Bool => Self::Bool(BooleanBuilder::with_capacity(0)),
            Kind::DateTime => {
                let builder = TimestampMicrosecondBuilder::with_capacity(0);
                Self::DateTime(builder.with_timezone(utc()))
            }
            Kind::TextList => {
                Self::TextList(Elements::default(), StringBuilder::with_capacity(0, 0))
            }
            Kind::IntList => Self::IntList(Elements::default(), Int32Builder::with_capacity(0)),
            Kind::Text | Kind::Json | Kind::Object(_) | Kind::List(_) => {
                Self::Text(Texts::default())
            }
        }
    }

    /// Sets `row`, unless it is set already: the first value wins. A list takes every value.
    fn set(&mut self, row: usize, value: &Value<'_>) {
        macro_rules! put {
            ($builder:expr, $value:expr) => {{
                let length = $builder.len();
                if length < row {
                    $builder.append_nulls(row - length);
                }
                if length <= row {
                    $builder.append_value($value);
                }
            }};
        }
        match (self, value) {
            (Self::Text(texts), Value::Text(text)) => {
                let builder = texts.builder();
                put!(builder, text.as_ref());
            }
            (Self::Int(builder), Value::Int(n)) => {
                if let Ok(n) = i32::try_from(*n) {
                    put!(builder, n);
                }
            }
            (Self::Long(builder), Value::Int(n)) => put!(builder, *n),
            (Self::Bool(builder), Value::Bool(yes)) => put!(builder, *yes),
            (Self::DateTime(builder), Value::Int(micros)) => put!(builder, *micros),
            (Self::TextList(elements, values), Value::Text(text)) => {
                elements.add(row);
                values.append_value(text.as_ref());
            }
            (Self::IntList(elements, values), Value::Int(n)) => {
                if let Ok(n) = i32::try_from(*n) {
                    elements.add(row);
                    values.append_value(n);
                }
            }
            (builder, value) => debug_assert!(false, "{value:?} does not fit {builder:?}"),
        }
    }

    fn finish(
        &mut self,
        rows: usize,
        data_type: &DataType,
        nothing: &mut Nothing,
    ) -> Result<ArrayRef, ArrowError> {
        macro_rules! padded {
            ($builder:expr) => {{
                $builder.append_nulls(rows - $builder.len());
                fitted($builder.finish())
            }};
        }
        if self.is_empty() {
            return Ok(nothing.of(data_type, rows));
        }
        Ok(match (self, data_type) {
            (Self::Text(texts), _) => texts.finish(rows),
            (Self::Int(builder), _) => padded!(builder),
            (Self::Long(builder), _) => padded!(builder),
            (Self::Bool(builder), _) => padded!(builder),
            (Self::DateTime(builder), _) => padded!(builder),
            (Self::TextList(elements, values), DataType::List(item)) => {
                list_array(elements, rows, item, fitted(values.finish()))?
            }
            (Self::IntList(elements, values), DataType::List(item)) => {
                list_array(elements, rows, item, fitted(values.finish()))?
            }
            (list, other) => {
                let why = format!("{list:?} makes no {other}");
                return Err(ArrowError::SchemaError(why));
            }
        })
    }

    /// Whether it has no value.
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(texts) => texts.builder.is_none(),
            Self::Int(builder) => builder.is_empty(),
            Self::Long(builder) => builder.is_empty(),
            Self::Bool(builder) => builder.is_empty(),
            Self::DateTime(builder) => builder.is_empty(),
            Self::TextList(elements, _) | Self::IntList(elements, _) => elements.total == 0,
        }
    }
}

impl Columns {
    pub(crate) fn new() -> Self {
        Self {
            leaves: LAYOUT
                .leaves
                .iter()
                .map(|leaf| (LeafBuilder::new(&leaf.kind), leaf.list))
                .collect(),
            lists: LAYOUT.lists.iter().map(|_| Elements::default()).collect(),
            rows: 0,
        }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, ops: &[Op<'_>]) {
        for op in ops {
            match op {
                Op::Begin(list) => self.begin(*list),
                Op::Set { leaf, value, .. } => self.set(*leaf, value),
            }
        }
        self.rows += 1;
    }

    fn begin(&mut self, list: ListId) {
        let row = self.current_row(LAYOUT.list(list).parent);
        self.lists[usize::from(list.0)].add(row);
    }

    fn set(&mut self, leaf: Leaf, value: &Value<'_>) {
        let number = usize::from(leaf.0);
        let row = self.current_row(self.leaves[number].1);
        self.leaves[number].0.set(row, value);
    }

    /// The row that is being written, of the table or of the elements of a list.
    fn current_row(&self, list: Option<ListId>) -> usize {
        match list {
            None => self.rows,
            Some(list) => self.lists[usize::from(list.0)].total.saturating_sub(1),
        }
    }

    /// Takes the rows.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        let mut cursor = Cursor {
            columns: self,
            leaf: 0,
            list: 0,
            nothing: Nothing::default(),
        };
        let schema = event_schema();
        let arrays = cursor.arrays(EVENTS, schema.fields(), rows)?;
        RecordBatch::try_new(schema, arrays)
    }
}

/// Walks the column tree and the flat builders side by side.
struct Cursor<'c> {
    columns: &'c mut Columns,
    leaf: usize,
    list: usize,
    nothing: Nothing,
}

impl Cursor<'_> {
    fn arrays(
        &mut self,
        columns: &[Column],
        fields: &Fields,
        rows: usize,
    ) -> Result<Vec<ArrayRef>, ArrowError> {
        let columns = columns.iter().zip(fields);
        columns
            .map(|(column, field)| self.array(column, field, rows))
            .collect()
    }

    fn array(
        &mut self,
        column: &Column,
        field: &Field,
        rows: usize,
    ) -> Result<ArrayRef, ArrowError> {
        match (column.kind, field.data_type()) {
            (Kind::Object(object), DataType::Struct(fields)) => {
                Ok(Arc::new(self.structs(object.columns, fields, rows)?))
            }
            (Kind::List(object), DataType::List(item)) => {
                let list = self.list;
                self.list += 1;
                let total = self.columns.lists[list].total;
                let values = self.elements(object.columns, item, total)?;
                list_array(&mut self.columns.lists[list], rows, item, values)
            }
            (_, data_type) => {
                self.leaf += 1;
                let (builder, _) = &mut self.columns.leaves[self.leaf - 1];
                builder.finish(rows, data_type, &mut self.nothing)
            }
        }
    }

    /// The elements of all lists of a column.
    fn elements(
        &mut self,
        columns: &[Column],
        item: &Field,
        total: usize,
    ) -> Result<ArrayRef, ArrowError> {
        let DataType::Struct(fields) = item.data_type() else {
            return Ok(self.nothing.of(item.data_type(), total));
        };
        Ok(Arc::new(self.structs(columns, fields, total)?))
    }

    /// A struct is there in the rows in which any of its members is.
    fn structs(
        &mut self,
        columns: &[Column],
        fields: &Fields,
        rows: usize,
    ) -> Result<StructArray, ArrowError> {
        let arrays = self.arrays(columns, fields, rows)?;
        let mut present = BooleanBuffer::new_unset(rows);
        for array in &arrays {
            present = match array.nulls() {
                None => BooleanBuffer::new_set(rows),
                Some(nulls) if nulls.null_count() == rows => present,
                Some(nulls) => &present | nulls.inner(),
            };
        }
        StructArray::try_new(fields.clone(), arrays, Some(NullBuffer::new(present)))
    }
}

fn list_array(
    elements: &mut Elements,
    rows: usize,
    item: &FieldRef,
    values: ArrayRef,
) -> Result<ArrayRef, ArrowError> {
    let (offsets, valid) = elements.finish(rows);
    let array = ListArray::try_new(Arc::clone(item), offsets, values, Some(valid))?;
    Ok(Arc::new(array))
}
