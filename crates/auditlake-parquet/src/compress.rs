//! The pages of a column, compressed by a compressor that outlives it.
//!
//! The Parquet library makes a compressor for each column of each row group, and a decompressor that writing never uses.
//! Making the two takes longer than compressing what most columns of a small, wide file have: a quarter of the time that
//! records took from text to file. So the library writes columns uncompressed, and here their pages are compressed one after
//! another, as the library itself would have done it: a frame for each page (Parquet format, "Data Pages" and "Compression").

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk;

/// A column of a row group: its pages, and what the footer says of it.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    pub(crate) pages: Bytes,
    pub(crate) close: ColumnCloseResult,
}

/// Compresses the pages of any number of columns, one at a time.
pub(crate) struct Compressor {
    level: ZstdLevel,
    zstd: bulk::Compressor<'static>,
}

impl Compressor {
    /// That of a thread, which makes it when it needs one first.
    pub(crate) fn of_thread(made: &mut Option<Self>, level: i32) -> Result<&mut Self> {
        match made {
            Some(compressor) => Ok(compressor),
            none => Ok(none.insert(Self::at_level(level)?)),
        }
    }

    /// One of this level.
    pub(crate) fn at_level(level: i32) -> Result<Self> {
        Ok(Self {
            level: ZstdLevel::try_new(level)?,
            zstd: bulk::Compressor::new(level)?,
        })
    }

    /// The level that it has.
    pub(crate) fn level(&self) -> i32 {
        self.level.compression_level()
    }

    /// Compresses a column; where its pages are in `file` is what the metadata of `written` says.
    pub(crate) fn chunk(&mut self, file: &Arc<Bytes>, written: ColumnCloseResult) -> Result<Chunk> {
        let mut sink = TrackedWrite::new(Vec::new());
        let specs = self.pages(file, &written, &mut SerializedPageWriter::new(&mut sink))?;
        Ok(Chunk {
            pages: Bytes::from(sink.into_inner()?),
            close: self.close(written, &specs)?,
        })
    }

    /// A column of its own, written uncompressed and compressed page by page.
    pub(crate) fn column(
        &mut self,
        column: &ColumnDescPtr,
        properties: &WriterPropertiesPtr,
        write: impl FnOnce(&mut ColumnWriter<'_>) -> Result<()>,
    ) -> Result<Chunk> {
        let mut sink = TrackedWrite::new(Vec::new());
        let level = self.level;
        let pages = Box::new(Pages {
            compressor: self,
            into: SerializedPageWriter::new(&mut sink),
        });
        let mut writer = get_column_writer(column.clone(), properties.clone(), pages);
        write(&mut writer)?;
        let mut close = writer.close()?;
        let metadata = close.metadata.into_builder();
        close.metadata = metadata.set_compression(Compression::ZSTD(level)).build()?;
        let pages = Bytes::from(sink.into_inner()?);
        Ok(Chunk { pages, close })
    }

    fn pages(
        &mut self,
        file: &Arc<Bytes>,
        written: &ColumnCloseResult,
        into: &mut impl PageWriter,
    ) -> Result<Vec<PageWriteSpec>> {
        let rows = usize::try_from(written.rows_written)?;
        let pages = SerializedPageReader::new(Arc::clone(file), &written.metadata, rows, None)?;
        pages
            .map(|page| into.write_page(self.page(page?)?))
            .collect()
    }

    fn page(&mut self, mut page: Page) -> Result<CompressedPage> {
        let buffer = match &mut page {
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => buf,
            // Levels stay outside the compressed part of such a page; our files have none.
            Page::DataPageV2 { .. } => {
                return Err(ParquetError::NYI("data pages of version 2".to_owned()));
            }
        };
        let uncompressed = buffer.len();
        *buffer = Bytes::from(self.zstd.compress(buffer)?);
        Ok(CompressedPage::new(page, uncompressed))
    }

    /// What the footer says, with the sizes and places that the pages have now.
    fn close(
        &self,
        mut close: ColumnCloseResult,
        specs: &[PageWriteSpec],
    ) -> Result<ColumnCloseResult> {
        close.metadata = self.metadata(close.metadata, specs)?;
        close.bytes_written = specs.iter().map(|spec| spec.bytes_written).sum();
        if let Some(index) = &mut close.offset_index {
            let data = specs.iter().filter(|spec| !is_dictionary(spec));
            for (location, spec) in index.page_locations.iter_mut().zip(data) {
                location.offset = i64::try_from(spec.offset)?;
                location.compressed_page_size = i32::try_from(spec.compressed_size)?;
            }
        }
        Ok(close)
    }

    fn metadata(
        &self,
        metadata: ColumnChunkMetaData,
        specs: &[PageWriteSpec],
    ) -> Result<ColumnChunkMetaData> {
        let dictionary = specs.iter().find(|spec| is_dictionary(spec));
        let data = specs.iter().find(|spec| !is_dictionary(spec));
        let offset = |spec: &PageWriteSpec| i64::try_from(spec.offset);
        let compressed: usize = specs.iter().map(|spec| spec.compressed_size).sum();
        let uncompressed: usize = specs.iter().map(|spec| spec.uncompressed_size).sum();
        metadata
            .into_builder()
            .set_compression(Compression::ZSTD(self.level))
            .set_dictionary_page_offset(dictionary.map(offset).transpose()?)
            .set_data_page_offset(data.map_or(Ok(0), offset)?)
            .set_total_compressed_size(i64::try_from(compressed)?)
            .set_total_uncompressed_size(i64::try_from(uncompressed)?)
            .build()
    }
}

/// Compresses pages on their way.
struct Pages<'a> {
    compressor: &'a mut Compressor,
    into: SerializedPageWriter<'a, Vec<u8>>,
}

impl PageWriter for Pages<'_> {
    fn write_page(&mut self, page: CompressedPage) -> Result<PageWriteSpec> {
        let page = self.compressor.page(page.compressed_page().clone())?;
        self.into.write_page(page)
    }

    fn close(&mut self) -> Result<()> {
        self.into.close()
    }
}

fn is_dictionary(spec: &PageWriteSpec) -> bool {
    spec.page_type == parquet::basic::PageType::DICTIONARY_PAGE
}
