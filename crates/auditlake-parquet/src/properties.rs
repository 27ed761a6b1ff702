//! How a file is encoded: the settings of the Parquet writer and why they are so.

use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{
    EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterPropertiesPtr,
    WriterVersion,
};
use parquet::schema::types::ColumnPath;

use crate::column::{self, Leaf};
use crate::{Error, TableSpec};

/// The zstd level of a [`TableSpec`] that names none. Higher levels win a few percent on audit-like
/// text and cost many times the processor time.
pub const DEFAULT_ZSTD_LEVEL: i32 = 1;

/// Uncompressed bytes after which a data page is closed.
///
/// Amazon Security Lake allows 1 MB (user guide, "Best practices for custom sources"). The writer
/// looks at the limit only after each batch of values, and lets such a batch grow up to the limit
/// itself; so a page holds at most twice this, unless a single value is longer.
pub const DATA_PAGE_BYTES: usize = 450_000;

/// Uncompressed bytes after which a data page of long text is closed, where the reader sets no limit.
///
/// A page is compressed by itself, so what its text has in common with the text before it is lost with each page: with
/// pages of [`DATA_PAGE_BYTES`] audit records take a tenth more at zstd level 1, and a quarter more at level 9. Beyond
/// this size little is won, and who wants one row must read its page.
pub const LONG_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Rows after which a row group is closed: enough to compress well, few enough that engines can
/// share out a large file among their workers.
pub const ROW_GROUP_ROWS: usize = 131_072;

/// Estimated bytes after which a row group is closed, if its rows are long. Security Lake allows
/// 256 MB.
pub const ROW_GROUP_BYTES: usize = 128 * 1024 * 1024;

/// Bytes of a text that a file says of its lowest and highest values, in the footer and in the page index. What is
/// compared at all (names, ids, addresses) differs within them, and a wide table says some hundred such pairs a file.
pub const STATISTICS_BYTES: usize = 16;

/// The chance that a bloom filter answers "maybe" for a value that is not there.
pub const BLOOM_FILTER_FPP: f64 = 0.01;

/// What the footer says the file was written by: fixed, so that the same rows give the same bytes
/// whatever version of the Parquet library is underneath.
pub const CREATED_BY: &str = concat!("auditlake ", env!("CARGO_PKG_VERSION"));

/// The writer's settings for a file that is written column by column, and compressed from there.
pub(crate) struct FileProperties {
    /// For what is beside the columns: the footer.
    pub(crate) file: WriterPropertiesPtr,
    /// For columns with values.
    pub(crate) present: WriterPropertiesPtr,
    /// For columns of a field that is null in all rows.
    pub(crate) absent: WriterPropertiesPtr,
}

impl FileProperties {
    /// Those for a file of that many rows, in which the leaves at `empty` are all null, among others.
    pub(crate) fn new(
        spec: &TableSpec,
        leaves: &[Leaf],
        rows: usize,
        empty: &[usize],
    ) -> Result<Self, Error> {
        let file = file_properties(spec)?.set_sorting_columns(sorting_columns(spec, leaves)?);
        let columns = || file_properties(spec).map(uncompressed);
        let absent = columns()?
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::Chunk);
        let present = column_properties(columns()?, spec, leaves, rows, empty)?;
        Ok(Self {
            file: Arc::new(file.build()),
            present: Arc::new(present.build()),
            absent: Arc::new(bloom_filters(absent, spec, leaves, rows)?.build()),
        })
    }
}

fn uncompressed(builder: WriterPropertiesBuilder) -> WriterPropertiesBuilder {
    builder.set_compression(Compression::UNCOMPRESSED)
}

/// The writer's settings for a file of that many rows, in which the leaves at `empty` are all null.
pub(crate) fn writer_properties(
    spec: &TableSpec,
    leaves: &[Leaf],
    rows: usize,
    empty: &[usize],
) -> Result<WriterProperties, Error> {
    let builder = file_properties(spec)?.set_sorting_columns(sorting_columns(spec, leaves)?);
    Ok(column_properties(builder, spec, leaves, rows, empty)?.build())
}

fn column_properties(
    builder: WriterPropertiesBuilder,
    spec: &TableSpec,
    leaves: &[Leaf],
    rows: usize,
    empty: &[usize],
) -> Result<WriterPropertiesBuilder, Error> {
    let mut builder = bloom_filters(builder, spec, leaves, rows)?;
    for name in &spec.plain {
        builder = plain(builder, &column::leaf(spec, leaves, name)?.path, spec);
    }
    for name in &spec.ascending {
        let path = column::leaf(spec, leaves, name)?.path.clone();
        builder = builder.set_column_dictionary_enabled(path, false);
    }
    for leaf in empty.iter().filter_map(|index| leaves.get(*index)) {
        // An empty dictionary is still a page and footer entries, and an index of nulls still an index:
        // together a fifth of a wide, small file.
        builder = builder
            .set_column_dictionary_enabled(leaf.path.clone(), false)
            .set_column_statistics_enabled(leaf.path.clone(), EnabledStatistics::Chunk);
    }
    Ok(builder)
}

fn file_properties(spec: &TableSpec) -> Result<WriterPropertiesBuilder, Error> {
    let level = ZstdLevel::try_new(spec.zstd_level).map_err(Error::parquet(&spec.name))?;
    Ok(WriterProperties::builder()
        // Data pages of version 2 are not read everywhere.
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(level))
        .set_data_page_size_limit(DATA_PAGE_BYTES)
        .set_dictionary_page_size_limit(DATA_PAGE_BYTES)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_statistics_truncate_length(Some(STATISTICS_BYTES))
        .set_column_index_truncate_length(Some(STATISTICS_BYTES))
        .set_created_by(CREATED_BY.to_owned())
        .set_key_value_metadata(key_value_metadata(spec)))
}

fn key_value_metadata(spec: &TableSpec) -> Option<Vec<KeyValue>> {
    let pairs = spec.key_value_metadata.iter();
    let pairs = pairs.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    (!spec.key_value_metadata.is_empty()).then(|| pairs.collect())
}

fn sorting_columns(spec: &TableSpec, leaves: &[Leaf]) -> Result<Option<Vec<SortingColumn>>, Error> {
    let leaf = column::leaf(spec, leaves, &spec.sort_by)?;
    // Parquet counts columns in 32 bits; beyond, the rows are sorted without saying so.
    Ok(i32::try_from(leaf.index).ok().map(|column_idx| {
        vec![SortingColumn {
            column_idx,
            descending: false,
            nulls_first: true,
        }]
    }))
}

fn bloom_filters(
    mut builder: WriterPropertiesBuilder,
    spec: &TableSpec,
    leaves: &[Leaf],
    rows: usize,
) -> Result<WriterPropertiesBuilder, Error> {
    for name in &spec.bloom_filters {
        builder = bloom_filter(builder, &column::leaf(spec, leaves, name)?.path, rows);
    }
    Ok(builder)
}

fn bloom_filter(
    builder: WriterPropertiesBuilder,
    path: &ColumnPath,
    rows: usize,
) -> WriterPropertiesBuilder {
    // A filter is made per row group, so it never sees many more values than that has rows. The
    // writer shrinks it to what it saw in the end; this bounds the memory until then.
    let distinct = rows.clamp(1, ROW_GROUP_ROWS) as u64;
    builder
        .set_column_bloom_filter_fpp(path.clone(), BLOOM_FILTER_FPP)
        .set_column_bloom_filter_max_ndv(path.clone(), distinct)
}

fn plain(
    builder: WriterPropertiesBuilder,
    path: &ColumnPath,
    spec: &TableSpec,
) -> WriterPropertiesBuilder {
    builder
        .set_column_dictionary_enabled(path.clone(), false)
        .set_column_data_page_size_limit(path.clone(), spec.plain_page_bytes)
        .set_column_statistics_enabled(path.clone(), EnabledStatistics::Chunk)
}
