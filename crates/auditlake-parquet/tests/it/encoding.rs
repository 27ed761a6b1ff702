//! What the files look like to a Parquet reader.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray, new_null_array};
use arrow::datatypes::{Field, Schema};
use auditlake_parquet::{
    CREATED_BY, DATA_PAGE_BYTES, EncodedFile, LONG_PAGE_BYTES, ROW_GROUP_ROWS, STATISTICS_BYTES,
    TableSpec,
};
use parquet::basic::{Compression, Encoding, PageType};
use parquet::column::page::Page;
use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData, SortingColumn,
};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::fixture::{batch, encode, instant, read, row, spec, structure, text};

/// Security Lake's limit for a data page, uncompressed.
const PAGE_LIMIT: usize = 1_000_000;

fn metadata(file: &EncodedFile) -> ParquetMetaData {
    ParquetMetaDataReader::new()
        .parse_and_finish(&file.bytes)
        .expect("the file has a footer")
}

fn columns(metadata: &ParquetMetaData) -> BTreeMap<String, &ColumnChunkMetaData> {
    let columns = metadata.row_group(0).columns().iter();
    columns
        .map(|column| (column.column_path().string(), column))
        .collect()
}

fn file_of(rows: usize) -> EncodedFile {
    let rows: Vec<String> = (0..rows)
        .map(|number| {
            row(
                number,
                Some("x"),
                &format!("2026-03-01T00:00:{:02}Z", number % 60),
            )
        })
        .collect();
    encode(spec(), vec![batch(&rows)]).remove(0)
}

#[test]
fn columns_are_compressed_and_plain_ones_have_no_dictionary() {
    let metadata = metadata(&file_of(100));
    let columns = columns(&metadata);
    for (name, column) in &columns {
        assert!(
            matches!(column.compression(), Compression::ZSTD(_)),
            "{name}"
        );
        assert!(column.statistics().is_some(), "{name} has statistics");
        let dictionary = column
            .encodings()
            .any(|encoding| encoding == Encoding::RLE_DICTIONARY);
        let plain = ["raw_data", "metadata.uid"].contains(&name.as_str());
        assert_eq!(dictionary, !plain, "{name}");
        assert_eq!(column.dictionary_page_offset().is_some(), !plain, "{name}");
    }
    assert_eq!(columns.len(), 10);
}

#[test]
fn the_footer_says_who_wrote_it_and_how_it_is_sorted() {
    let metadata = metadata(&file_of(10));
    let file = metadata.file_metadata();
    assert_eq!(file.created_by(), Some(CREATED_BY));
    assert_eq!(file.version(), 1);
    let keys: Vec<&str> = file
        .key_value_metadata()
        .into_iter()
        .flatten()
        .map(|pair| pair.key.as_str())
        .collect();
    assert_eq!(keys, ["table.version"], "Parquet's own schema is enough");
    let by_time = SortingColumn {
        column_idx: 0,
        descending: false,
        nulls_first: true,
    };
    assert_eq!(
        metadata.row_group(0).sorting_columns(),
        Some(&vec![by_time])
    );
}

#[test]
fn bloom_filters_know_what_is_there_also_inside_lists() {
    let file = file_of(200);
    let properties = ReaderProperties::builder()
        .set_read_bloom_filter(true)
        .build();
    let options = ReadOptionsBuilder::new()
        .with_reader_properties(properties)
        .build();
    let reader = SerializedFileReader::new_with_options(file.bytes.clone(), options)
        .expect("the file is Parquet");
    let group = reader.get_row_group(0).expect("there is a row group");
    let with: Vec<String> = (0..group.num_columns())
        .filter(|column| group.get_column_bloom_filter(*column).is_some())
        .map(|column| group.metadata().column(column).column_path().string())
        .collect();
    assert_eq!(
        with,
        [
            "metadata.uid",
            "actor.user.name",
            "observables.list.element.value"
        ]
    );

    let filter = group
        .get_column_bloom_filter(3)
        .expect("metadata.uid has one");
    assert!((0..200).all(|number| filter.check(&format!("id-{number}").as_str())));
    let wrong = (0..1000).filter(|number| filter.check(&format!("other-{number}").as_str()));
    assert!(
        wrong.count() < 50,
        "a filter that says maybe to all is none"
    );
    let sizes = (0..group.num_columns())
        .filter_map(|column| group.metadata().column(column).bloom_filter_length());
    assert!(
        sizes.max().is_some_and(|bytes| bytes < 2048),
        "sized for 200 rows, not for a million"
    );
}

#[test]
fn a_page_index_is_in_every_file_but_not_for_plain_columns() {
    let file = metadata(&file_of(100));
    for column in file.row_group(0).columns() {
        let path = column.column_path().string();
        let plain = ["raw_data", "metadata.uid"].contains(&path.as_str());
        assert_eq!(column.column_index_offset().is_some(), !plain, "{path}");
        assert!(column.offset_index_offset().is_some(), "{path}");
    }
}

fn long_text(random: &mut StdRng) -> String {
    let length = match random.random_range(0..100) {
        0 => random.random_range(0..200_000),
        _ => random.random_range(0..3_000),
    };
    (0..length)
        .map(|_| char::from(random.random_range(b'a'..=b'z')))
        .collect()
}

fn long_texts(plain_page_bytes: usize) -> EncodedFile {
    let mut random = StdRng::seed_from_u64(7);
    let texts: Vec<String> = (0..3_000).map(|_| long_text(&mut random)).collect();
    let times = (0..3_000)
        .map(Some)
        .collect::<TimestampMicrosecondArray>()
        .with_timezone("UTC");
    let columns: Vec<ArrayRef> = vec![
        Arc::new(times),
        Arc::new(StringArray::from(texts.clone())),
        Arc::new(StringArray::from(texts)),
    ];
    let schema = Arc::new(Schema::new(vec![
        Field::new("time", instant(), true),
        text("plain"),
        text("other"),
    ]));
    let batch = RecordBatch::try_new(schema.clone(), columns).expect("the columns fit");
    let mut spec = TableSpec::new("t", schema, "time");
    spec.plain = vec!["plain".into()];
    spec.plain_page_bytes = plain_page_bytes;
    encode(spec, vec![batch]).remove(0)
}

fn pages(file: &EncodedFile, column: usize) -> Vec<Page> {
    let reader = SerializedFileReader::new(file.bytes.clone()).expect("the file is Parquet");
    let group = reader.get_row_group(0).expect("there is a row group");
    let pages = group.get_column_page_reader(column);
    let pages = pages.expect("the column has pages");
    pages.map(|page| page.expect("the page is whole")).collect()
}

#[test]
fn pages_of_long_text_are_longer_where_the_table_allows_it() {
    let [short, long] = [DATA_PAGE_BYTES, LONG_PAGE_BYTES].map(long_texts);
    let counts = [&short, &long].map(|file| pages(file, 1).len());
    assert!(counts[1] * 4 < counts[0], "{counts:?}");
    assert_eq!(pages(&long, 2).len(), pages(&short, 2).len());
}

#[test]
fn no_page_outgrows_the_limit_of_security_lake() {
    let file = long_texts(DATA_PAGE_BYTES);
    for column in 1..3 {
        let pages = pages(&file, column);
        assert!(pages.len() > 5);
        for page in pages {
            assert!(
                page.buffer().len() < PAGE_LIMIT,
                "{} bytes in column {column}",
                page.buffer().len()
            );
            assert_ne!(page.page_type(), PageType::DATA_PAGE_V2);
        }
    }
}

#[test]
fn a_large_file_has_several_row_groups() {
    let group = i64::try_from(ROW_GROUP_ROWS).expect("a small number");
    let rows = group + 10;
    let times: TimestampMicrosecondArray = (0..rows).rev().map(Some).collect();
    let schema = Arc::new(Schema::new(vec![Field::new("time", instant(), true)]));
    let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(times.with_timezone("UTC"))])
        .expect("the column fits");
    let file = encode(TableSpec::new("t", schema, "time"), vec![batch]).remove(0);
    let metadata = metadata(&file);
    let groups: Vec<i64> = metadata
        .row_groups()
        .iter()
        .map(RowGroupMetaData::num_rows)
        .collect();
    assert_eq!(groups, [group, 10]);
    assert_eq!(i64::try_from(file.rows), Ok(rows));
    assert_eq!(metadata.file_metadata().num_rows(), rows);
}

/// A wide table of which almost everything is null, as in most small files: 20 structs of 10 texts.
fn wide() -> EncodedFile {
    let inner = |at: usize| {
        (0..10)
            .map(|field| text(&format!("attribute_{at}_{field}")))
            .collect()
    };
    let mut fields = vec![Field::new("time", instant(), false), text("raw_data")];
    fields.extend((0..20).map(|at| structure(&format!("object_{at}"), inner(at))));
    let schema = Arc::new(Schema::new(fields));
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(
            (0..10)
                .map(Some)
                .collect::<TimestampMicrosecondArray>()
                .with_timezone("UTC"),
        ),
        Arc::new(StringArray::from(vec!["a record"; 10])),
    ];
    columns.extend((2..22).map(|at| new_null_array(schema.field(at).data_type(), 10)));
    let batch = RecordBatch::try_new(schema.clone(), columns).expect("the columns fit");
    encode(TableSpec::new("t", schema, "time"), vec![batch]).remove(0)
}

#[test]
fn a_small_file_of_a_wide_table_is_small() {
    let file = wide();
    let end = file.bytes.len();
    let length = u32::from_le_bytes(file.bytes[end - 8..end - 4].try_into().expect("four bytes"));
    println!("{end} bytes, of which footer {length}");
    // The Arrow schema alone is 15,000 of them.
    assert!(length < 25_000, "{length} bytes of footer");
    assert!(end < 44_000, "{end} bytes");
    assert_eq!(read(&file)[0].num_rows(), 10);
}

#[test]
fn a_column_that_grows_with_time_has_an_index_and_no_dictionary() {
    let mut spec = spec();
    spec.ascending = vec!["time".into()];
    let rows: Vec<String> = (0..60)
        .map(|number| row(number, Some("x"), &format!("2026-03-01T00:00:{number:02}Z")))
        .collect();
    let metadata = metadata(&encode(spec, vec![batch(&rows)])[0]);
    for (name, column) in columns(&metadata) {
        let plain = ["raw_data", "metadata.uid"].contains(&name.as_str());
        let expected = !plain && name != "time";
        assert_eq!(
            column.dictionary_page_offset().is_some(),
            expected,
            "{name}"
        );
        assert_eq!(column.column_index_offset().is_some(), !plain, "{name}");
    }
}

#[test]
fn a_footer_says_no_more_of_a_text_than_is_compared() {
    let metadata = metadata(&long_texts(DATA_PAGE_BYTES));
    for column in ["plain", "other"] {
        let columns = columns(&metadata);
        let statistics = columns[column].statistics().expect("it has statistics");
        let length = |bound: Option<&[u8]>| bound.expect("it has both bounds").len();
        assert!(
            length(statistics.min_bytes_opt()) <= STATISTICS_BYTES,
            "{column}"
        );
        assert_eq!(
            length(statistics.max_bytes_opt()),
            STATISTICS_BYTES,
            "{column}"
        );
    }
}
