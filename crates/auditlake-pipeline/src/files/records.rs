//! The records of a file, one after the other.

use std::fs::File;
use std::io::{self, BufRead, Read};

use auditlake_normalizer::{Position, split_array};
use serde_json::value::RawValue;

use super::Input;
use super::csv::each_csv;
use super::detect::{Format, Source, detect};
use crate::progress::Progress;
use crate::wrapped::each_within;

/// Gives each record of an input to `take`, with where it stands; an error of `take` ends the reading.
///
/// Nothing that was read is left out: what is no record is given as it is, for the quarantine.
pub(super) fn each_record(
    input: &Input,
    progress: &Progress,
    take: &mut impl FnMut(&[u8], Position) -> io::Result<()>,
) -> io::Result<()> {
    let source = Counted {
        source: open(input)?,
        progress,
    };
    let (source, format) = detect(Box::new(source))?;
    let mut take = |item: &[u8], position| each_within(item, position, take);
    match format {
        Format::Lines => each_line(source, 0, &mut take),
        Format::Array => each_element(source, &mut take),
        Format::Objects => each_object(source, &mut take),
        Format::Csv { delimiter } => each_csv(source, delimiter, &mut take),
    }
}

fn open(input: &Input) -> io::Result<Box<dyn Read + Send>> {
    Ok(match input {
        Input::File(path) => Box::new(File::open(path)?),
        Input::Stdin => Box::new(io::stdin()),
    })
}

/// A source whose bytes are counted as they are read.
struct Counted<'p> {
    source: Box<dyn Read + Send>,
    progress: &'p Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(out)?;
        self.progress.input_bytes_read.add(count as u64);
        Ok(count)
    }
}

/// The lines after line `before`.
fn each_line(
    mut source: impl BufRead,
    before: u64,
    take: &mut impl FnMut(&[u8], Position) -> io::Result<()>,
) -> io::Result<()> {
    let mut line = Vec::new();
    let mut number = before;
    while source.read_until(b'\n', &mut line)? > 0 {
        number += 1;
        let record = line.trim_ascii();
        if !record.is_empty() {
            take(record, Position::Line(number))?;
        }
        line.clear();
    }
    Ok(())
}

fn each_element(
    source: Source<'_>,
    take: &mut impl FnMut(&[u8], Position) -> io::Result<()>,
) -> io::Result<()> {
    let body = read_all(source)?;
    match split_array(body.trim_ascii()) {
        Ok(records) => (1..)
            .zip(records)
            .try_for_each(|(n, record)| take(record, Position::Element(n))),
        // A damaged array is kept whole.
        Err(_) => take(body.trim_ascii(), Position::Line(1)),
    }
}

fn each_object(
    source: Source<'_>,
    take: &mut impl FnMut(&[u8], Position) -> io::Result<()>,
) -> io::Result<()> {
    let body = read_all(source)?;
    let mut values = serde_json::Deserializer::from_slice(&body).into_iter::<&RawValue>();
    let (mut end, mut line) = (0, 1);
    while let Some(Ok(value)) = values.next() {
        let text = value.get().as_bytes();
        let start = values.byte_offset() - text.len();
        line += line_breaks(body.get(end..start).unwrap_or_default());
        take(text, Position::Line(line))?;
        line += line_breaks(text);
        end = values.byte_offset();
    }
    // What is left is damaged, and is looked at line by line.
    each_line(body.get(end..).unwrap_or_default(), line - 1, take)
}

fn line_breaks(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

fn read_all(mut source: Source<'_>) -> io::Result<Vec<u8>> {
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
        let input = Input::File(path);
        each_record(&input, &Progress::default(), &mut |record: &[u8], _| {
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
        let input = Input::File(path);
        let result = each_record(&input, &Progress::default(), &mut |_: &[u8], _| {
            count += 1;
            Err(io::ErrorKind::BrokenPipe.into())
        });
        assert!(result.is_err());
        assert_eq!(count, 1);
    }

    #[test]
    fn every_record_has_its_place() {
        use Position::{Element, Line};
        let check = |content: &[u8], expected: &[Position]| {
            let directory = tempfile::tempdir().expect("a directory");
            let path = directory.path().join("input");
            std::fs::write(&path, content).expect("a file");
            let progress = Progress::default();
            let mut places = Vec::new();
            let input = Input::File(path);
            each_record(&input, &progress, &mut |_: &[u8], position| {
                places.push(position);
                Ok(())
            })
            .expect("records");
            assert_eq!(places, expected);
            assert_eq!(progress.input_bytes_read.get(), content.len() as u64);
        };
        check(b"{}\n\n{}\n", &[Line(1), Line(3)]);
        check(b"[{},\n{}]", &[Element(1), Element(2)]);
        check(
            b"\n{\n\"Id\":1}\n{\n\"Id\":2}\n{",
            &[Line(2), Line(4), Line(6)],
        );
        check(b"AuditData\n\"{\n}\"\n{}\n", &[Line(2), Line(4)]);
    }
}
