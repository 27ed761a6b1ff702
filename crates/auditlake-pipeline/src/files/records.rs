//! The records of a file, one after the other.

use std::fs::File;
use std::io::{self, BufRead, Read};

use auditlake_normalizer::split_array;
use serde_json::value::RawValue;

use super::Input;
use super::csv::each_csv;
use super::detect::{Format, Source, detect};

/// Gives each record of an input to `take`; an error of `take` ends the reading.
///
/// Nothing that was read is left out: what is no record is given as it is, for the quarantine.
pub(super) fn each_record(
    input: &Input,
    take: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let (source, format) = detect(open(input)?)?;
    match format {
        Format::Lines => each_line(source, take),
        Format::Array => each_element(source, take),
        Format::Objects => each_object(source, take),
        Format::Csv { delimiter } => each_csv(source, delimiter, take),
    }
}

fn open(input: &Input) -> io::Result<Box<dyn Read + Send>> {
    Ok(match input {
        Input::File(path) => Box::new(File::open(path)?),
        Input::Stdin => Box::new(io::stdin()),
    })
}

fn each_line(
    mut source: impl BufRead,
    take: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut line = Vec::new();
    while source.read_until(b'\n', &mut line)? > 0 {
        let record = line.trim_ascii();
        if !record.is_empty() {
            take(record)?;
        }
        line.clear();
    }
    Ok(())
}

fn each_element(source: Source, take: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let body = read_all(source)?;
    match split_array(body.trim_ascii()) {
        Ok(records) => records.into_iter().try_for_each(take),
        // A damaged array is kept whole.
        Err(_) => take(body.trim_ascii()),
    }
}

fn each_object(source: Source, take: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let body = read_all(source)?;
    let mut values = serde_json::Deserializer::from_slice(&body).into_iter::<&RawValue>();
    let mut end = 0;
    while let Some(Ok(value)) = values.next() {
        take(value.get().as_bytes())?;
        end = values.byte_offset();
    }
    // What is left is damaged, and is looked at line by line.
    each_line(body.get(end..).unwrap_or_default(), take)
}

fn read_all(mut source: Source) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    source.read_to_end(&mut body)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &[u8], expected: &[&str]) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("input");
        std::fs::write(&path, content).expect("a file");
        let mut records = Vec::new();
        each_record(&Input::File(path), &mut |record: &[u8]| {
            records.push(String::from_utf8_lossy(record).into_owned());
            Ok(())
        })
        .expect("records");
        assert_eq!(records, expected);
    }

    #[test]
    fn a_record_a_line_and_blank_lines_are_nothing() {
        check(
            b"{\"Id\":1}\r\n\r\n  \n{\"Id\":2}",
            &["{\"Id\":1}", "{\"Id\":2}"],
        );
        check(b"{\"Id\":1}\nnonsense\n", &["{\"Id\":1}", "nonsense"]);
        check(b"", &[]);
    }

    #[test]
    fn an_array_is_taken_apart_and_a_damaged_one_is_kept() {
        check(
            b"[{\"Id\":1},\n{\"Id\":2}]\n",
            &["{\"Id\":1}", "{\"Id\":2}"],
        );
        check(b"[{\"Id\":1},", &["[{\"Id\":1},"]);
    }

    #[test]
    fn an_object_may_go_over_many_lines() {
        check(b"{\n \"Id\":1\n}\n", &["{\n \"Id\":1\n}"]);
        check(
            b"{\n \"Id\":1\n}\n{\n \"Id\":2\n}",
            &["{\n \"Id\":1\n}", "{\n \"Id\":2\n}"],
        );
        check(
            b"{\n \"Id\":1\n}\n{\n \"Id\"",
            &["{\n \"Id\":1\n}", "{", "\"Id\""],
        );
    }

    #[test]
    fn a_table_gives_its_audit_data() {
        check(
            b"RecordId,AuditData,Other\r\n1,\"{\"\"Id\"\":1,\r\n\"\"x\"\":2}\",a\r\n2,{}\r\n",
            &["{\"Id\":1,\r\n\"x\":2}", "{}"],
        );
        check(
            b"#TYPE x\n\"A\";\"auditdata\"\n1;\"{\"\"Id\"\":\"\"a,b\"\"}\"\n",
            &["{\"Id\":\"a,b\"}"],
        );
        check(b"RecordId,AuditData\n1,\n2\n", &["1,", "2"]);
    }

    #[test]
    fn an_error_of_the_taker_ends_the_reading() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("input");
        std::fs::write(&path, "{}\n{}\n").unwrap();
        let mut count = 0;
        let result = each_record(&Input::File(path), &mut |_: &[u8]| {
            count += 1;
            Err(io::ErrorKind::BrokenPipe.into())
        });
        assert!(result.is_err());
        assert_eq!(count, 1);
    }
}
