//! Many sorted files into few: an external merge within a memory limit, without a disk.
//!
//! Rows are not merged as they stream by, which would keep a reader open for each of hundreds of
//! files. Instead the order is decided first, from the keys alone, and then the rows are fetched in
//! that order, a slice at a time: each slice is a contiguous range of rows in each file that has a
//! part in it, and is read, put in order and encoded before the next.
//!
//! # Memory
//!
//! Of a limit of `L` bytes:
//!
//! | what | bytes |
//! | --- | --- |
//! | sort keys and marks of rows left out: 9 bytes a row | at most `L / 8`; more rows are refused |
//! | identities while repeats are looked for: 32 bytes a row | at most `L / 4`: more rows take several passes, each over the identities of one range of hashes |
//! | rows of a slice | about `L / 16`, and a part of them once more in order |
//! | the row group under way | about `L / 16` |
//! | the finished part of the file under way | the target size, at most `3 L / 8` |
//! | small files and footers that the next slice needs again, and those that this one has | at most `L / 16` each |
//! | pages of long texts while they are read | some megabytes for each of eight files |
//! | compression: tables for each column that has values | some megabytes a column of long texts at level 9 |
//!
//! The second is over before the last five begin. What compression takes does not depend on the limit: below some
//! 256 MiB it is the larger part. Looking for repeats is exact: no two rows of the
//! merged files have the same identity, whatever their times.

mod index;
mod loaded;
mod order;
mod output;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};

use self::index::{Pass, index};
use self::loaded::{Loaded, Part, Room};
use self::order::{Order, Position, Slice};
pub use self::output::MergedFile;
use self::output::Output;
use self::source::Opened;
use crate::picked::{Picked, Rows};
use crate::{Error, Lake, TableSpec, adapt, column};

/// Concurrent reads of files.
const READS: usize = 8;
/// Memory that a row is taken to need until some were read.
const FIRST_GUESS: usize = 8 * 1024;
/// Memory that an identity takes while repeats are looked for.
const IDENTITY_BYTES: u64 = size_of::<(u128, Position)>() as u64;
/// Memory that a row takes for the whole merge.
const KEY_BYTES: u64 = 9;

/// A file to merge, sorted by the table's sort column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeInput {
    /// Path relative to the lake.
    pub path: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes it has.
    pub bytes: u64,
}

/// How to merge.
#[derive(Debug, Clone)]
pub struct MergeOptions {
    /// The table: columns, order and encoding of the new files.
    pub table: Arc<TableSpec>,
    /// The text column whose value no two rows may share: 128 bits in hex. Rows in which it is null,
    /// or something else, are all kept.
    pub identity: String,
    /// Where the new files belong, relative to the lake.
    pub directory: String,
    /// Bytes after which a file ends.
    pub target_bytes: u64,
    /// Bytes of memory to stay under.
    pub memory_limit: u64,
}

impl MergeOptions {
    /// The largest target size that a memory limit has room for, in bytes. A larger one is taken as this.
    pub fn largest_target(memory_limit: u64) -> u64 {
        memory_limit / 8 * 3
    }
}

/// A merge under way.
pub struct Merge {
    lake: Lake,
    options: MergeOptions,
    inputs: Vec<MergeInput>,
    order: Order,
    /// Files that are half read, as far as there is room for them.
    opened: BTreeMap<u32, Opened>,
    /// The leaves without a value in any input.
    empty: Vec<usize>,
    rows: u64,
    duplicates: u64,
    row_bytes: usize,
    loaded: Loaded,
}

impl Merge {
    /// Reads keys and identities of the inputs and decides the order. Nothing is written.
    ///
    /// # Errors
    ///
    /// [`Error::NotMergeable`] if an input is not sorted or has another number of rows than it should,
    /// or if there are more rows than the memory limit allows; otherwise as reading a column.
    pub async fn open(
        lake: &Lake,
        inputs: Vec<MergeInput>,
        options: MergeOptions,
    ) -> Result<Self, Error> {
        options.table.validate()?;
        let rows = inputs.iter().map(|input| input.rows).sum();
        check_room(rows, &options)?;
        let passes = (rows * IDENTITY_BYTES)
            .div_ceil((options.memory_limit / 4).max(1))
            .max(1);
        let pass = |number| Pass { number, of: passes };
        let mut found = index(lake, &inputs, &options, pass(0)).await?;
        let mut duplicates = order::drop_repeats(&mut found.files, &mut found.identities);
        found.identities = Vec::new();
        for number in 1..passes {
            let found_more = index(lake, &inputs, &options, pass(number)).await?;
            let mut identities = found_more.identities;
            duplicates += order::drop_repeats(&mut found.files, &mut identities);
        }
        Ok(Self {
            lake: lake.clone(),
            inputs,
            empty: empty_leaves(&options.table, &found.filled)?,
            order: Order::new(found.files),
            opened: BTreeMap::new(),
            rows,
            duplicates,
            row_bytes: FIRST_GUESS,
            loaded: Loaded::default(),
            options,
        })
    }

    /// Rows that are left out because another row has the same identity.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Whether every row is in a file by now.
    pub fn is_done(&self) -> bool {
        self.order.is_done() && self.loaded.is_empty()
    }

    /// The next file, finished; none when all rows are in files. With `last` it takes all rows that
    /// are left, however many.
    ///
    /// # Errors
    ///
    /// [`Error::NotMergeable`] if an input has a column that the table has not; [`Error::Store`],
    /// [`Error::Parquet`] and [`Error::Arrow`] as they come. What was finished before stays good.
    pub async fn next_file(&mut self, name: &str, last: bool) -> Result<Option<MergedFile>, Error> {
        let target = self.target(last);
        let mut output = None;
        while self.fill().await? {
            let under_way = match output.take() {
                Some(output) => output,
                None => self.begin(name)?,
            };
            let under_way = self.write_some(under_way, target).await?;
            if under_way.bytes() >= target {
                return finish(under_way).await.map(Some);
            }
            output = Some(under_way);
        }
        match output {
            Some(output) => finish(output).await.map(Some),
            None => Ok(None),
        }
    }

    fn target(&self, last: bool) -> usize {
        let most = MergeOptions::largest_target(self.options.memory_limit);
        let target = self.options.target_bytes.min(most).max(1);
        if last { usize::MAX } else { usize_of(target) }
    }

    /// Sees to it that there are rows to write; false when there are no more.
    async fn fill(&mut self) -> Result<bool, Error> {
        while self.loaded.is_empty() {
            if self.order.is_done() {
                return Ok(false);
            }
            // The old rows go before the new ones come.
            self.loaded = Loaded::default();
            let rows = usize_of(self.options.memory_limit / 16) / self.row_bytes.max(1);
            let slice = self.order.slice(rows);
            self.loaded = self.load(slice).await?;
        }
        Ok(true)
    }

    async fn load(&mut self, slice: Slice) -> Result<Loaded, Error> {
        let mut read = self.read(&slice).await?;
        let bytes: usize = read.values().map(Part::memory_bytes).sum();
        let rows = slice.ranges.values().map(ExactSizeIterator::len);
        self.row_bytes = bytes / rows.sum::<usize>().max(1) + 1;
        self.opened = read
            .iter_mut()
            .filter_map(|(file, part)| Some((*file, part.opened.take()?)))
            .collect();
        Ok(Loaded::new(&slice, read))
    }

    /// Reads the slice's rows, a few files at a time.
    async fn read(&self, slice: &Slice) -> Result<BTreeMap<u32, Part>, Error> {
        let room = &Room::new(usize_of(self.options.memory_limit / 16));
        stream::iter(slice.ranges.clone())
            .map(|(file, rows)| self.read_part(file, rows, room))
            .buffer_unordered(READS)
            .boxed()
            .try_collect()
            .await
    }

    async fn read_part(
        &self,
        file: u32,
        rows: Range<usize>,
        room: &Room,
    ) -> Result<(u32, Part), Error> {
        let input = &self.inputs[file as usize];
        let opened = match self.opened.get(&file) {
            Some(opened) => opened.clone(),
            None => Opened::new(&self.lake, input).await?,
        };
        let first_row = rows.start;
        let mut batches = Vec::new();
        for batch in opened.read_rows(&self.lake, &input.path, rows).await? {
            batches.push(adapt::adapt(&self.options.table, &batch, &input.path)?);
        }
        let is_kept = self.order.has_more_of(file) && room.take(opened.memory_bytes());
        let part = Part {
            opened: is_kept.then_some(opened),
            first_row,
            batches,
        };
        Ok((file, part))
    }

    fn begin(&self, name: &str) -> Result<Output, Error> {
        let path = format!("{}/{name}.parquet", self.options.directory);
        let row_group_bytes = usize_of(self.options.memory_limit / 16);
        let rows = usize_of(self.rows);
        let spec = &self.options.table;
        Output::new(spec, path, rows, row_group_bytes, &self.empty)
    }

    /// Writes loaded rows until there are no more or the file is large enough.
    async fn write_some(&mut self, mut output: Output, target: usize) -> Result<Output, Error> {
        let mut loaded = std::mem::take(&mut self.loaded);
        let spec = Arc::clone(&self.options.table);
        let (output, loaded) = blocking(move || {
            let gathered = Rows::of(&loaded.batches).at_a_time();
            while !loaded.is_empty() && output.bytes() < target {
                let rows = loaded.next(gathered);
                let batch = Picked::new(&loaded.batches, &loaded.rows[rows])
                    .batch(&spec.schema)
                    .map_err(Error::arrow(&spec.name))?;
                output.write(&batch)?;
            }
            Ok::<_, Error>((output, loaded))
        })
        .await?;
        self.loaded = loaded;
        Ok(output)
    }
}

/// The leaves that no input has a value in.
fn empty_leaves(spec: &TableSpec, filled: &BTreeSet<String>) -> Result<Vec<usize>, Error> {
    let leaves = column::leaves(spec)?;
    let empty = leaves
        .iter()
        .filter(|leaf| !filled.contains(&leaf.path.string()));
    Ok(empty.map(|leaf| leaf.index).collect())
}

fn check_room(rows: u64, options: &MergeOptions) -> Result<(), Error> {
    let most = options.memory_limit / 8 / KEY_BYTES;
    if rows <= most {
        return Ok(());
    }
    Err(Error::NotMergeable {
        path: options.directory.clone(),
        reason: format!("it has {rows} rows, and the memory limit allows {most}"),
    })
}

async fn finish(output: Output) -> Result<MergedFile, Error> {
    blocking(move || output.finish()).await
}

/// Compressing takes seconds, in which nothing else could run on this thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Stopped),
        },
    }
}

fn usize_of(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
