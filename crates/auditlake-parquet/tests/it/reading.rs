//! One column back from a file.

use auditlake_parquet::{Error, Lake, read_text_column, read_text_column_at, write};

use crate::fixture::{batch, encode, row, spec};

const TIME: &str = "2026-03-01T00:00:00Z";

fn rows(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| row(number, Some("x"), TIME))
        .collect()
}

fn names(count: usize) -> Vec<Option<String>> {
    let name = |number: usize| (!number.is_multiple_of(3)).then(|| format!("user {}", number % 5));
    (0..count).map(name).collect()
}

#[test]
fn a_nested_text_column_is_read_with_its_nulls() -> Result<(), Error> {
    let file = encode(spec(), vec![batch(&rows(20))]).remove(0);
    assert_eq!(read_text_column(file.bytes, "actor.user.name")?, names(20));
    Ok(())
}

#[tokio::test]
async fn a_column_is_read_from_the_lake_also_when_the_footer_is_not_all_of_the_file()
-> Result<(), Error> {
    let lake = Lake::open("memory:///")?;
    let file = encode(spec(), vec![batch(&rows(20_000))]).remove(0);
    assert!(file.bytes.len() > 128 * 1024, "{} bytes", file.bytes.len());
    write(&lake, &file).await?;
    assert_eq!(
        read_text_column_at(&lake, &file.path, "actor.user.name").await?,
        names(20_000)
    );
    let identities = read_text_column_at(&lake, &file.path, "metadata.uid").await?;
    assert_eq!(identities[19_999].as_deref(), Some("id-19999"));
    Ok(())
}

#[tokio::test]
async fn a_wrong_column_or_file_is_an_error() -> Result<(), Error> {
    let lake = Lake::open("memory:///")?;
    let file = encode(spec(), vec![batch(&rows(2))]).remove(0);
    write(&lake, &file).await?;
    let error =
        read_text_column(file.bytes.clone(), "actor.user.mail").expect_err("no such column");
    assert!(matches!(error, Error::UnknownColumn { .. }), "{error}");
    let error = read_text_column_at(&lake, &file.path, "number")
        .await
        .expect_err("not text");
    assert!(matches!(error, Error::ColumnType { .. }), "{error}");
    let error = read_text_column_at(&lake, "nothing.parquet", "kind")
        .await
        .expect_err("no file");
    assert!(matches!(error, Error::Store { .. }), "{error}");
    let damaged = file.bytes.slice(..file.bytes.len() - 4);
    let error = read_text_column(damaged, "kind").expect_err("no footer");
    assert!(matches!(error, Error::Parquet { .. }), "{error}");
    Ok(())
}
