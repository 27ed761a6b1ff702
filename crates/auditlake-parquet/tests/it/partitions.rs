//! Rows find their partition, once each, in order.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, Field, Schema, TimestampMicrosecondType};
use auditlake_parquet::{DEFAULT_PARTITION, Error, Partition, Piece, TableBuffer, TableSpec};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::fixture::{batch, encode, lines, read, row, schema, spec, structure, text};

#[test]
fn rows_of_several_pushes_meet_in_their_partition() {
    let first = batch(&[
        row(1, Some("Web Activity"), "2026-03-02T00:00:00Z"),
        row(2, Some("a/b"), "2026-03-01T12:00:00Z"),
        row(3, None, "2026-03-01T12:00:00Z"),
    ]);
    let second = batch(&[
        row(4, Some("Web Activity"), "2026-03-01T23:59:59.999999Z"),
        row(5, Some("Web Activity"), "2026-03-02T23:59:59Z"),
        row(6, Some("Web Activity"), "2026-03-01T00:00:00Z"),
    ]);
    let files = encode(spec(), vec![first, second]);

    let found: Vec<(&str, u64)> = files
        .iter()
        .map(|file| (file.path.as_str(), file.rows))
        .collect();
    assert_eq!(
        found,
        [
            ("events/kind=Web Activity/day=2026-03-01/f0.parquet", 2),
            ("events/kind=Web Activity/day=2026-03-02/f1.parquet", 2),
            (
                "events/kind=__HIVE_DEFAULT_PARTITION__/day=2026-03-01/f2.parquet",
                1
            ),
            ("events/kind=a%2Fb/day=2026-03-01/f3.parquet", 1),
        ]
    );
    let kind = |at: usize| files[at].partition.values()[0].clone();
    assert_eq!(
        kind(2),
        ("kind".to_owned(), None),
        "null in {DEFAULT_PARTITION}"
    );
    assert_eq!(
        kind(3),
        ("kind".to_owned(), Some("a/b".to_owned())),
        "values are not escaped"
    );
    assert_eq!(files[1].min_time, Some(1_772_409_600_000_000));
    assert_eq!(
        files[1].max_time,
        Some(1_772_409_600_000_000 + 86_399_000_000)
    );
}

#[test]
fn a_table_can_have_compact_days_or_no_partitions() {
    let rows = || vec![batch(&[row(1, Some("x"), "2026-03-02T00:00:00Z")])];
    let mut plain = spec();
    plain.partitions.clear();
    assert_eq!(encode(plain, rows())[0].path, "events/f0.parquet");

    let mut compact = spec();
    compact.name = "ext/web/region=eu-west-1".into();
    compact.partitions = vec![Partition::CompactDay {
        key: "eventDay".into(),
        column: "time".into(),
    }];
    let path = "ext/web/region=eu-west-1/eventDay=20260302/f0.parquet";
    assert_eq!(encode(compact, rows())[0].path, path);
}

#[test]
fn directories_of_ones_own_making_are_put_together_from_text_values_and_dates() {
    let mut own = spec();
    let text = |text: &str| Piece::Text(text.into());
    let date = |format| Piece::Date {
        column: "time".into(),
        format,
    };
    let kind = Piece::Value {
        column: "kind".into(),
    };
    let directory = |pieces, missing: &str| Partition::Directory {
        pieces,
        missing: missing.into(),
    };
    own.partitions = vec![
        directory(vec![text("v1")], "v1"),
        directory(vec![text("kind-"), kind.clone()], "no kind"),
        directory(vec![kind], "unknown"),
        directory(vec![date("%Y"), text("-"), date("%m")], "never"),
    ];
    let day = "2026-03-02T00:00:00Z";
    let rows = [Some("a/b"), None, Some(""), Some(".."), Some("_x")];
    let rows: Vec<String> = rows.iter().map(|kind| row(1, *kind, day)).collect();
    let files = encode(own, vec![batch(&rows)]);
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "events/v1/kind-../%2E./2026-03/f0.parquet",
            "events/v1/kind-_x/%5Fx/2026-03/f1.parquet",
            "events/v1/kind-a%2Fb/a%2Fb/2026-03/f2.parquet",
            "events/v1/no kind/unknown/2026-03/f3.parquet",
        ]
    );
    assert_eq!(files[3].rows, 2, "null and nothing are the same");
    assert!(files[0].partition.values().is_empty(), "there are no keys");
}

#[test]
fn every_row_is_in_exactly_one_file_and_in_order() {
    for seed in 0..8 {
        let batches = random_batches(&mut StdRng::seed_from_u64(seed));
        let expected = sorted(lines(&batches));
        let files = encode(spec(), batches);

        let mut found = Vec::new();
        for file in &files {
            let batches = read(file);
            assert_eq!(
                batches.iter().map(RecordBatch::num_rows).sum::<usize>() as u64,
                file.rows
            );
            assert!(
                times(&batches).is_sorted(),
                "seed {seed}: {} is not sorted",
                file.path
            );
            found.extend(lines(&batches));
        }
        assert_eq!(sorted(found), expected, "seed {seed}");
        let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths.len(), files.len());
    }
}

fn random_batches(random: &mut StdRng) -> Vec<RecordBatch> {
    let kinds = [None, Some("login"), Some("file access"), Some("50%")];
    let mut rows: Vec<String> = (0..random.random_range(1..400))
        .map(|number| {
            let day = random.random_range(1..4);
            let second = random.random_range(0..60);
            let kind = kinds[random.random_range(0..kinds.len())];
            row(
                number,
                kind,
                &format!("2026-03-{day:02}T10:11:{second:02}Z"),
            )
        })
        .collect();
    rows.shuffle(random);
    let length = random.random_range(1..80);
    rows.chunks(length).map(batch).collect()
}

fn times(batches: &[RecordBatch]) -> Vec<i64> {
    let column = |batch: &RecordBatch| {
        batch
            .column(0)
            .as_primitive::<TimestampMicrosecondType>()
            .values()
            .to_vec()
    };
    batches.iter().flat_map(column).collect()
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[test]
fn rows_of_one_time_keep_the_order_of_arrival() {
    let time = "2026-03-01T00:00:00Z";
    let rows: Vec<String> = (0..50).map(|number| row(number, Some("x"), time)).collect();
    let batches = rows.chunks(7).map(batch).collect();
    let files = encode(spec(), batches);
    assert_eq!(lines(&read(&files[0])), lines(&[batch(&rows)]));
}

#[test]
fn the_buffer_counts_its_rows_and_is_empty_after_encoding() -> Result<(), Error> {
    let mut buffer = TableBuffer::new(Arc::new(spec()))?;
    let rows = batch(&[
        row(1, None, "2026-03-01T00:00:00Z"),
        row(2, None, "2026-03-01T00:00:00Z"),
    ]);
    buffer.push(rows.slice(0, 0))?;
    assert!(buffer.is_empty());
    buffer.push(rows.clone())?;
    assert_eq!(buffer.rows(), 2);
    assert!(buffer.memory_bytes() > rows.get_array_memory_size());
    assert_eq!(buffer.encode(|_, _| "f".to_owned())?.len(), 1);
    assert!(buffer.is_empty());
    assert_eq!(buffer.memory_bytes(), 0);
    assert!(buffer.encode(|_, _| "f".to_owned())?.is_empty());
    Ok(())
}

#[test]
fn rows_that_are_not_wanted_are_in_no_file() -> Result<(), Error> {
    let times = ["2026-03-01", "2026-03-02", "2026-03-02", "2026-03-03"];
    let rows = times.iter().zip(0..);
    let rows = rows.map(|(day, n)| row(n, Some("x"), &format!("{day}T00:00:00Z")));
    let all = batch(&rows.collect::<Vec<_>>());
    let mut buffer = TableBuffer::new(Arc::new(spec()))?;
    buffer.push_some(
        all.clone(),
        &BooleanBuffer::from(vec![true, false, true, false]),
    )?;
    buffer.push_some(all.clone(), &BooleanBuffer::new_unset(4))?;
    assert_eq!(buffer.rows(), 2);
    let files = buffer.encode(|_, _| "f".to_owned())?;
    let found: Vec<_> = files.iter().flat_map(|file| lines(&read(file))).collect();
    assert_eq!(files.len(), 2);
    assert_eq!(found, lines(&[all.slice(0, 1), all.slice(2, 1)]));
    Ok(())
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let rows = || {
        vec![batch(&[
            row(1, Some("x"), "2026-03-01T00:00:00Z"),
            row(2, None, "2026-03-01T00:00:00Z"),
        ])]
    };
    let hashes = |files: Vec<auditlake_parquet::EncodedFile>| {
        files
            .into_iter()
            .map(|file| file.sha256)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        hashes(encode(spec(), rows())),
        hashes(encode(spec(), rows()))
    );
}

#[test]
fn a_null_sort_key_comes_first_and_a_null_day_has_a_partition() {
    let mut spec = TableSpec::new("t", schema(), "number");
    spec.partitions = vec![Partition::Value {
        key: "n".into(),
        column: "actor.user.name".into(),
    }];
    let time = "2026-03-01T00:00:00Z";
    let without = row(3, None, time).replace("\"number\":3,", "");
    let files = encode(spec, vec![batch(&[row(6, None, time), without])]);
    assert_eq!(files.len(), 1, "no user, so one partition");
    assert_eq!(files[0].path, "t/n=__HIVE_DEFAULT_PARTITION__/f0.parquet");
    assert_eq!((files[0].min_time, files[0].max_time), (Some(6), Some(6)));
    assert!(
        read(&files[0])[0]
            .column_by_name("number")
            .expect("number")
            .is_null(0)
    );
}

#[track_caller]
fn check_mismatch(change: impl Fn(&mut Vec<Field>), message: &str) {
    let mut fields: Vec<Field> = schema()
        .fields()
        .iter()
        .map(|field| field.as_ref().clone())
        .collect();
    change(&mut fields);
    let batch = RecordBatch::new_empty(Arc::new(Schema::new(fields)));
    let mut buffer = TableBuffer::new(Arc::new(spec())).expect("the table is valid");
    let error = buffer.push(batch).expect_err("another schema");
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_batch_of_another_schema_is_refused_by_its_first_different_field() {
    check_mismatch(
        |fields| fields[2] = Field::new("number", DataType::Int64, true),
        "batch does not fit table `events`: field `number` is `number Int64`, expected `number Int32`",
    );
    check_mismatch(
        |fields| fields[4] = structure("actor", vec![structure("user", vec![text("uid")])]),
        "batch does not fit table `events`: field `actor.user.name` is missing, expected `name Utf8`",
    );
    check_mismatch(
        |fields| fields.push(text("extra")),
        "batch does not fit table `events`: field `extra` is `extra Utf8`, expected missing",
    );
    check_mismatch(
        |fields| fields[0] = Field::new("time", crate::fixture::instant(), true),
        "batch does not fit table `events`: field `time` is `time Timestamp(µs, \"UTC\")`, \
         expected `time Timestamp(µs, \"UTC\") not null`",
    );
}

#[track_caller]
fn check_invalid(change: impl Fn(&mut TableSpec), message: &str) {
    let mut spec = spec();
    change(&mut spec);
    let error = TableBuffer::new(Arc::new(spec)).expect_err("an invalid table");
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_table_with_a_wrong_column_is_refused() {
    check_invalid(
        |spec| spec.sort_by = "tyme".into(),
        "`events` has no column `tyme`",
    );
    check_invalid(
        |spec| spec.sort_by = "kind".into(),
        "column `kind` is `Utf8`, expected an integer or a timestamp",
    );
    check_invalid(
        |spec| spec.plain = vec!["actor".into()],
        "`events` has no column `actor`",
    );
    check_invalid(
        |spec| {
            spec.partitions = vec![Partition::Day {
                key: "d".into(),
                column: "number".into(),
            }];
        },
        "column `number` is `Int32`, expected a timestamp",
    );
}
