//! What a file is, by its content: packed or not, its encoding, and how records are laid out in it.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use serde::de::IgnoredAny;

/// Bytes at the start of a file that are looked at.
const HEAD_BYTES: usize = 64 << 10;
/// Bytes read at once.
const BUFFER_BYTES: usize = 256 << 10;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const UTF_8_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
const UTF_16_LE_MARK: [u8; 2] = [0xff, 0xfe];

/// How records are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One record a line.
    Lines,
    /// One JSON array of records.
    Array,
    /// JSON objects over many lines each.
    Objects,
    /// A table with a column `AuditData` that holds the records.
    Csv {
        /// What is between the columns.
        delimiter: u8,
    },
}

/// Bytes with those at the start put back.
pub(crate) type Source<'s> = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read + 's>>>;

/// Unpacks and decodes a file as far as its first bytes ask for it, and tells how records are laid out.
pub(crate) fn detect<'s>(input: Box<dyn Read + 's>) -> io::Result<(Source<'s>, Format)> {
    let text = decode(unpack(with_head(input)?)?)?;
    let source = with_head(text)?;
    let format = format_of(head(&source));
    Ok((source, format))
}

fn unpack(source: Source<'_>) -> io::Result<Box<dyn Read + '_>> {
    let start = head(&source);
    if start.starts_with(&GZIP) {
        return Ok(Box::new(MultiGzDecoder::new(source)));
    }
    if start.starts_with(&ZSTD) {
        return Ok(Box::new(zstd::Decoder::with_buffer(source)?));
    }
    Ok(Box::new(source))
}

fn decode<'s>(text: Box<dyn Read + 's>) -> io::Result<Box<dyn Read + 's>> {
    let mut source = with_head(text)?;
    if head(&source).starts_with(&UTF_8_MARK) {
        source.consume(UTF_8_MARK.len());
    } else if head(&source).starts_with(&UTF_16_LE_MARK) {
        source.consume(UTF_16_LE_MARK.len());
        return Ok(Box::new(Utf16Le {
            source,
            ready: Cursor::default(),
        }));
    }
    Ok(Box::new(source))
}

/// A source whose buffer holds the first bytes.
fn with_head<'s>(mut input: Box<dyn Read + 's>) -> io::Result<Source<'s>> {
    let mut head = Vec::new();
    input
        .by_ref()
        .take(HEAD_BYTES as u64)
        .read_to_end(&mut head)?;
    let mut source = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(head).chain(input));
    source.fill_buf()?;
    Ok(source)
}

fn head<'s>(source: &'s Source<'_>) -> &'s [u8] {
    source.buffer()
}

fn format_of(head: &[u8]) -> Format {
    match head.trim_ascii_start().first() {
        Some(b'[') => Format::Array,
        Some(b'{') if is_cut_at_the_line_end(head.trim_ascii_start()) => Format::Objects,
        Some(b'{') | None => Format::Lines,
        Some(_) => csv_delimiter(head).map_or(Format::Lines, |delimiter| Format::Csv { delimiter }),
    }
}

/// Whether the first line is the start of a JSON value that goes on in the next.
fn is_cut_at_the_line_end(head: &[u8]) -> bool {
    let Some(end) = head.iter().position(|byte| *byte == b'\n') else {
        return false;
    };
    let line = head.get(..end).unwrap_or_default();
    serde_json::from_slice::<IgnoredAny>(line).is_err_and(|error| error.is_eof())
}

/// The delimiter of a table whose header has a column `AuditData`.
fn csv_delimiter(head: &[u8]) -> Option<u8> {
    let header = head
        .split(|byte| *byte == b'\n')
        .find(|line| !is_preamble(line))?;
    let is_column = |name: &[u8]| {
        name.trim_ascii()
            .trim_quotes()
            .eq_ignore_ascii_case(b"AuditData")
    };
    [b',', b';', b'\t']
        .into_iter()
        .find(|delimiter| header.split(|byte| byte == delimiter).any(is_column))
}

/// `PowerShell` puts `#TYPE …` before the header.
fn is_preamble(line: &[u8]) -> bool {
    line.starts_with(b"#") || line.trim_ascii().is_empty()
}

trait TrimQuotes {
    fn trim_quotes(&self) -> &[u8];
}

impl TrimQuotes for [u8] {
    fn trim_quotes(&self) -> &[u8] {
        self.strip_prefix(b"\"")
            .and_then(|rest| rest.strip_suffix(b"\""))
            .unwrap_or(self)
    }
}

/// Little-endian UTF-16 as UTF-8, which is what Windows tools write.
struct Utf16Le<'s> {
    source: Source<'s>,
    ready: Cursor<Vec<u8>>,
}

impl Read for Utf16Le<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ready.position() == self.ready.get_ref().len() as u64 {
            self.ready = Cursor::new(self.next_text()?);
        }
        self.ready.read(out)
    }
}

impl Utf16Le<'_> {
    /// The next line, so that no surrogate pair is cut; empty at the end.
    fn next_text(&mut self) -> io::Result<Vec<u8>> {
        let mut units = Vec::new();
        while let Some(unit) = self.next_unit()? {
            units.push(unit);
            if unit == u16::from(b'\n') {
                break;
            }
        }
        let text: String = char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Ok(text.into_bytes())
    }

    fn next_unit(&mut self) -> io::Result<Option<u16>> {
        let mut unit = [0; 2];
        match self.source.read_exact(&mut unit) {
            Ok(()) => Ok(Some(u16::from_le_bytes(unit))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Format) {
        let (_, format) = detect(Box::new(Cursor::new(bytes.to_vec()))).expect("a format");
        assert_eq!(format, expected, "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn a_format_is_known_by_its_first_bytes() {
        check(b"{\"Id\":1}\n{\"Id\":2}\n", Format::Lines);
        check(b"{\"Id\":1}", Format::Lines);
        check(b"\n\n  {\"Id\":1}\n", Format::Lines);
        check(b"", Format::Lines);
        check(b"what is this\n", Format::Lines);
        check(b"{broken\n{\"Id\":1}\n", Format::Lines);
        check(b" [ {\"Id\":1}]", Format::Array);
        check(b"{\n  \"Id\": 1\n}\n", Format::Objects);
        check(b"{ \"Id\": [\r\n1]}\r\n", Format::Objects);
        check(
            b"RecordId,AuditData\n1,{}\n",
            Format::Csv { delimiter: b',' },
        );
        check(
            b"#TYPE Selected\r\n\"RecordId\";\"AuditData\"\r\n",
            Format::Csv { delimiter: b';' },
        );
        check(
            b"\xef\xbb\xbf\"AuditData\"\n",
            Format::Csv { delimiter: b',' },
        );
    }

    #[test]
    fn little_endian_utf_16_is_read_as_text() {
        let text = "{\"Id\":\"\u{1f600}ä\"}\r\n{}";
        let mut bytes = UTF_16_LE_MARK.to_vec();
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let (mut source, format) = detect(Box::new(Cursor::new(bytes))).unwrap();
        let mut read = String::new();
        source.read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
        assert_eq!(format, Format::Lines);
    }

    #[test]
    fn packed_files_are_unpacked_whatever_they_are_called() {
        use std::io::Write;
        let mut packed = Vec::new();
        for part in ["{\"Id\":1}\n", "{\"Id\":2}\n"] {
            let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            member.write_all(part.as_bytes()).unwrap();
            packed.extend(member.finish().unwrap());
        }
        let zstd = zstd::encode_all(&b"{\"Id\":1}\n{\"Id\":2}\n"[..], 1).unwrap();
        for bytes in [packed, zstd] {
            let (mut source, _) = detect(Box::new(Cursor::new(bytes))).unwrap();
            let mut read = String::new();
            source.read_to_string(&mut read).unwrap();
            assert_eq!(read, "{\"Id\":1}\n{\"Id\":2}\n");
        }
    }
}
