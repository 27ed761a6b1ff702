//! Many files into few.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Int32Type, TimestampMicrosecondType};
use auditlake_parquet::{
    Error, Lake, Merge, MergeInput, MergeOptions, MergedFile, TableBuffer, TableSpec,
    read_text_column_at, row_count_at, write,
};
use bytes::Bytes;
use object_store::ObjectStoreExt;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::fixture::{batch, lines, row, spec};

const DIRECTORY: &str = "events/kind=read/day=2026-03-01";

/// A file of these rows: number, and second of the day.
async fn put(lake: &Lake, spec: &TableSpec, name: &str, rows: &[(usize, usize)]) -> MergeInput {
    let json: Vec<String> = rows
        .iter()
        .map(|(number, second)| identified(*number, *second))
        .collect();
    let mut buffer = TableBuffer::new(Arc::new(spec.clone())).expect("a buffer");
    buffer.push(batch(&json)).expect("rows");
    let file = buffer
        .encode(|_, _| name.to_owned())
        .expect("a file")
        .swap_remove(0);
    write(lake, &file).await.expect("written");
    MergeInput {
        path: file.path.clone(),
        rows: file.rows,
        bytes: file.bytes.len() as u64,
    }
}

/// A row whose identity is hex.
fn identified(number: usize, second: usize) -> String {
    row(number, Some("read"), &time(second)).replace("id-", "")
}

/// All rows of a file, as the table has them.
fn rows_of(bytes: Bytes) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("the file is Parquet");
    let reader = builder.build().expect("the file has columns");
    let batches: Vec<RecordBatch> = reader.map(|batch| batch.expect("rows")).collect();
    concat_batches(&batches[0].schema(), &batches).expect("one schema")
}

fn time(second: usize) -> String {
    format!(
        "2026-03-01T{:02}:{:02}:{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

fn options(target_bytes: u64, memory_limit: u64) -> MergeOptions {
    MergeOptions {
        table: Arc::new(spec()),
        identity: "metadata.uid".to_owned(),
        directory: DIRECTORY.to_owned(),
        target_bytes,
        memory_limit,
    }
}

async fn merge(
    lake: &Lake,
    inputs: Vec<MergeInput>,
    options: MergeOptions,
) -> (Vec<MergedFile>, u64) {
    let mut merge = Merge::open(lake, inputs, options).await.expect("a merge");
    let mut files = Vec::new();
    while let Some(file) = merge
        .next_file(&format!("m{}", files.len()), false)
        .await
        .expect("a file")
    {
        file.write(lake).await.expect("written");
        files.push(file);
    }
    assert!(merge.is_done());
    (files, merge.duplicates())
}

async fn read(lake: &Lake, files: &[MergedFile]) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    for file in files {
        let object = lake
            .store()
            .get(&lake.path(&file.path))
            .await
            .expect("a file");
        let bytes = object.bytes().await.expect("bytes");
        assert_eq!(bytes.len() as u64, file.bytes);
        assert_eq!(
            row_count_at(lake, &file.path).await.expect("a footer"),
            file.rows
        );
        batches.push(rows_of(bytes));
    }
    batches
}

fn times(batch: &RecordBatch) -> Vec<i64> {
    let column = batch.column_by_name("time").expect("a column");
    column
        .as_primitive::<TimestampMicrosecondType>()
        .values()
        .to_vec()
}

fn numbers(batch: &RecordBatch) -> Vec<i32> {
    let column = batch.column_by_name("number").expect("a column");
    column.as_primitive::<Int32Type>().values().to_vec()
}

/// Files whose rows interleave, each row in one file, some in two.
async fn scattered(lake: &Lake, files: usize, rows: usize) -> Vec<MergeInput> {
    let mut inputs = Vec::new();
    for file in 0..files {
        let own = (0..rows).filter(|row| row % files == file || row % (7 * files) == file + 1);
        let rows: Vec<(usize, usize)> = own.map(|row| (row, row * 61 % 86_400)).collect();
        inputs.push(put(lake, &spec(), &format!("f{file:03}"), &rows).await);
    }
    inputs
}

async fn check_merged(
    files: usize,
    rows: usize,
    target_bytes: u64,
    memory_limit: u64,
) -> Vec<MergedFile> {
    let lake = Lake::open("memory:///").expect("a lake");
    let inputs = scattered(&lake, files, rows).await;
    let before: u64 = inputs.iter().map(|input| input.rows).sum();
    let (merged, duplicates) = merge(&lake, inputs, options(target_bytes, memory_limit)).await;
    let batches = read(&lake, &merged).await;
    let times: Vec<i64> = batches.iter().flat_map(times).collect();
    assert!(times.is_sorted(), "within and across files");
    let mut numbers: Vec<i32> = batches.iter().flat_map(numbers).collect();
    numbers.sort_unstable();
    assert_eq!(
        numbers,
        (0..i32::try_from(rows).expect("few rows")).collect::<Vec<_>>()
    );
    assert_eq!(before, rows as u64 + duplicates);
    assert!(duplicates > 0);
    merged
}

#[tokio::test]
async fn each_row_is_there_once_and_in_order_whatever_the_memory() {
    assert_eq!(check_merged(9, 2_000, 64 << 20, 512 << 20).await.len(), 1);
    // So little that repeats take several passes, and slices have a few rows.
    assert!(check_merged(9, 1_000, 10_000, 200_000).await.len() > 2);
    check_merged(40, 500, 64 << 20, 200_000).await;
}

#[tokio::test]
async fn the_same_files_give_the_same_bytes_whole_or_in_slices() {
    let one = check_merged(5, 1_000, 64 << 20, 512 << 20).await;
    let again = check_merged(5, 1_000, 64 << 20, 512 << 20).await;
    assert_eq!(one[0].sha256, again[0].sha256);
}

#[tokio::test]
async fn every_column_comes_through() {
    let lake = Lake::open("memory:///").expect("a lake");
    let inputs = vec![
        put(&lake, &spec(), "a", &[(4, 4), (0, 1), (6, 5)]).await,
        put(&lake, &spec(), "b", &[(1, 2), (2, 3)]).await,
    ];
    let (files, _) = merge(&lake, inputs, options(1 << 20, 64 << 20)).await;
    let expected: Vec<String> = [(0, 1), (1, 2), (2, 3), (4, 4), (6, 5)]
        .iter()
        .map(|(number, second)| identified(*number, *second))
        .collect();
    assert_eq!(
        lines(&read(&lake, &files).await),
        lines(&[batch(&expected)])
    );
}

#[tokio::test]
async fn rows_whose_identity_is_not_one_are_all_kept() {
    let lake = Lake::open("memory:///").expect("a lake");
    let mut buffer = TableBuffer::new(Arc::new(spec())).unwrap();
    let rows: Vec<String> = [1, 1, 2]
        .map(|number| row(number, Some("read"), &time(5)))
        .to_vec();
    buffer.push(batch(&rows)).unwrap();
    let file = buffer.encode(|_, _| "a".to_owned()).unwrap().swap_remove(0);
    write(&lake, &file).await.unwrap();
    let input = MergeInput {
        path: file.path.clone(),
        rows: 3,
        bytes: file.bytes.len() as u64,
    };
    let (files, duplicates) = merge(&lake, vec![input], options(1 << 20, 64 << 20)).await;
    assert_eq!((files[0].rows, duplicates), (3, 0));
}

#[tokio::test]
async fn rows_with_the_same_time_are_split_over_files_all_the_same() {
    let lake = Lake::open("memory:///").expect("a lake");
    let rows: Vec<(usize, usize)> = (0..2_000).map(|number| (number, 7)).collect();
    let (one, two) = rows.split_at(900);
    let inputs = vec![
        put(&lake, &spec(), "a", one).await,
        put(&lake, &spec(), "b", two).await,
    ];
    let (files, duplicates) = merge(&lake, inputs, options(4_000, 400_000)).await;
    assert!(files.len() > 1);
    assert_eq!(duplicates, 0);
    assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), 2_000);
}

#[tokio::test]
async fn an_older_file_without_a_column_is_merged() {
    let lake = Lake::open("memory:///").expect("a lake");
    let mut old = spec();
    let fields = old
        .schema
        .fields()
        .iter()
        .filter(|field| field.name() != "labels")
        .cloned();
    old.schema = Arc::new(arrow::datatypes::Schema::new(fields.collect::<Vec<_>>()));
    let mut buffer = TableBuffer::new(Arc::new(old)).unwrap();
    let wide = batch(&[identified(1, 9)]);
    let kept: Vec<usize> = (0..wide.num_columns())
        .filter(|at| wide.schema().field(*at).name() != "labels")
        .collect();
    buffer.push(wide.project(&kept).unwrap()).unwrap();
    let file = buffer
        .encode(|_, _| "old".to_owned())
        .unwrap()
        .swap_remove(0);
    write(&lake, &file).await.unwrap();
    let old = MergeInput {
        path: file.path.clone(),
        rows: 1,
        bytes: file.bytes.len() as u64,
    };
    let new = put(&lake, &spec(), "new", &[(2, 3)]).await;
    let (files, _) = merge(&lake, vec![old, new], options(1 << 20, 64 << 20)).await;
    let labels = read_text_column_at(&lake, &files[0].path, "metadata.uid")
        .await
        .unwrap();
    assert_eq!(labels.len(), 2);
}

#[track_caller]
fn check_refused(merge: Result<Merge, Error>, word: &str) {
    match merge {
        Err(Error::NotMergeable { reason, .. }) => assert!(reason.contains(word), "{reason}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was merged"),
    }
}

#[tokio::test]
async fn what_the_order_cannot_be_decided_by_is_refused() {
    let lake = Lake::open("memory:///").expect("a lake");
    let mut input = put(&lake, &spec(), "a", &[(1, 1), (2, 2)]).await;
    input.rows = 3;
    check_refused(
        Merge::open(&lake, vec![input.clone()], options(1, 1 << 20)).await,
        "2 rows",
    );
    input.rows = 1 << 40;
    check_refused(
        Merge::open(&lake, vec![input], options(1, 1 << 20)).await,
        "memory limit",
    );
    let mut by_number = spec();
    by_number.sort_by = "number".to_owned();
    let unsorted = put(&lake, &by_number, "c", &[(1, 9), (2, 2)]).await;
    check_refused(
        Merge::open(&lake, vec![unsorted], options(1, 1 << 20)).await,
        "not sorted",
    );
}
