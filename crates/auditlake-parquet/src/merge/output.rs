//! A file that is written row by row, and ends when it is large enough.

use std::io::Write;
use std::mem;

use arrow::array::RecordBatch;
use bytes::Bytes;
use object_store::{ObjectStore, PutMode, PutPayload};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use sha2::{Digest, Sha256};

use crate::{Error, Lake, TableSpec, column, properties};

/// Bytes of a finished file that are kept in one piece: growing one long piece would copy it, and
/// for that moment take it twice.
const CHUNK_BYTES: usize = 1 << 20;

/// A finished file of a merge that is not in the lake yet.
#[derive(Debug, Clone)]
pub struct MergedFile {
    /// Where it belongs, relative to the lake.
    pub path: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of the file, in lower-case hex.
    pub sha256: String,
    payload: PutPayload,
}

impl MergedFile {
    /// Puts the file into the lake, in one atomic step and only if nothing is there.
    ///
    /// # Errors
    ///
    /// As [`write()`](crate::write()).
    pub async fn write(&self, lake: &Lake) -> Result<(), Error> {
        let location = lake.path(&self.path);
        lake.store()
            .put_opts(&location, self.payload.clone(), PutMode::Create.into())
            .await
            .map_err(Error::store(&self.path))?;
        tracing::debug!(
            path = self.path,
            rows = self.rows,
            bytes = self.bytes,
            "merged file written"
        );
        Ok(())
    }
}

/// A file under way.
pub(super) struct Output {
    path: String,
    writer: ArrowWriter<Chunks>,
    rows: u64,
}

impl Output {
    /// Begins a file of at most that many rows, in which the leaves at `empty` are all null.
    pub(super) fn new(
        spec: &TableSpec,
        path: String,
        rows: usize,
        row_group_bytes: usize,
        empty: &[usize],
    ) -> Result<Self, Error> {
        let row_group_bytes = row_group_bytes.min(properties::ROW_GROUP_BYTES);
        let properties = properties::writer_properties(spec, &column::leaves(spec)?, rows, empty)?
            .into_builder()
            .set_max_row_group_bytes(Some(row_group_bytes))
            .build();
        let options = ArrowWriterOptions::new()
            .with_properties(properties)
            .with_skip_arrow_metadata(true);
        let schema = spec.schema.clone();
        let writer = ArrowWriter::try_new_with_options(Chunks::default(), schema, options)
            .map_err(Error::parquet(&path))?;
        Ok(Self {
            path,
            writer,
            rows: 0,
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        self.writer
            .write(batch)
            .map_err(Error::parquet(&self.path))?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// About how many bytes the file would have if it ended here.
    pub(super) fn bytes(&self) -> usize {
        self.writer.bytes_written() + self.writer.in_progress_size()
    }

    pub(super) fn finish(self) -> Result<MergedFile, Error> {
        let chunks = self
            .writer
            .into_inner()
            .map_err(Error::parquet(&self.path))?;
        let (pieces, bytes, sha256) = chunks.finish();
        Ok(MergedFile {
            path: self.path,
            rows: self.rows,
            bytes,
            sha256,
            payload: pieces.into_iter().collect(),
        })
    }
}

/// Bytes in pieces, hashed as they come.
#[derive(Default)]
struct Chunks {
    full: Vec<Bytes>,
    last: Vec<u8>,
    bytes: u64,
    hash: Sha256,
}

impl Chunks {
    fn finish(mut self) -> (Vec<Bytes>, u64, String) {
        self.full.push(Bytes::from(self.last));
        let sha256 = format!("{:x}", self.hash.finalize());
        (self.full, self.bytes, sha256)
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let room = CHUNK_BYTES - self.last.len();
        let (taken, _) = bytes.split_at(room.min(bytes.len()));
        self.hash.update(taken);
        self.last.extend_from_slice(taken);
        self.bytes += taken.len() as u64;
        if self.last.len() == CHUNK_BYTES {
            self.full.push(Bytes::from(mem::take(&mut self.last)));
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in_whatever_the_pieces() {
        let all: Vec<u8> = (0..=250).cycle().take(3 * CHUNK_BYTES + 17).collect();
        let mut chunks = Chunks::default();
        for part in all.chunks(CHUNK_BYTES / 3 + 1) {
            chunks.write_all(part).unwrap();
        }
        let (pieces, bytes, sha256) = chunks.finish();
        assert_eq!((pieces.len(), bytes), (4, all.len() as u64));
        assert_eq!(pieces.concat(), all);
        assert_eq!(sha256, format!("{:x}", Sha256::digest(&all)));
    }
}
