//! From records to batches of rows, on as many cores as there are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use auditlake_normalizer::{Batch, Normalizer, Options, Origin};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Bytes of records that become one batch, of those in their given order.
const BATCH_BYTES: usize = 4 << 20;

/// The same of batches by class, which are the whole of a share, unless a blob is larger than any should be.
const CLASS_BATCH_BYTES: usize = 64 << 20;

/// Bytes of records that are worth a core of their own, and batches of their own.
pub(crate) const SHARE_BYTES: usize = 4 << 20;

/// Batchers that are at work or idle: one that made batches knows how much room they take.
#[derive(Debug)]
pub(crate) struct Batchers {
    raw_data: bool,
    order: Order,
    idle: Mutex<Vec<Batcher>>,
}

impl Batchers {
    pub(crate) fn new(raw_data: bool, order: Order) -> Self {
        Self {
            raw_data,
            order,
            idle: Mutex::default(),
        }
    }

    /// Whether rows have the bytes that they were made of.
    pub(crate) fn keep_raw_data(&self) -> bool {
        self.raw_data
    }

    /// Lends one.
    fn lend<T>(&self, work: impl FnOnce(&mut Batcher) -> T) -> T {
        let idle = self.idle().pop();
        let mut batcher = idle.unwrap_or_else(|| Batcher::new(self.raw_data, self.order));
        let done = work(&mut batcher);
        self.idle().push(batcher);
        done
    }

    /// Makes batches of items, on all cores if they are many: what each item makes of itself is in the order of the items.
    pub(crate) fn batches<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        bytes: impl Fn(&T) -> usize,
        each: impl Fn(T, &mut Batcher) -> R + Sync,
    ) -> (Vec<Batch>, Vec<R>) {
        let shares = shares(items, bytes).into_par_iter();
        let of_share = |share: Vec<T>| {
            self.lend(|batcher| {
                let made: Vec<R> = share.into_iter().map(|item| each(item, batcher)).collect();
                (batcher.finish(), made)
            })
        };
        let (batches, made): (Vec<_>, Vec<_>) = shares.map(of_share).unzip();
        (
            batches.into_iter().flatten().collect(),
            made.into_iter().flatten().collect(),
        )
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Batcher>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How events are in batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As their records came.
    Given,
    /// Those of each class by themselves.
    ByClass,
}

/// Makes batches of bounded size.
#[derive(Debug)]
pub(crate) struct Batcher {
    order: Order,
    normalizer: Normalizer,
    batches: Vec<Batch>,
}

impl Batcher {
    pub(crate) fn new(raw_data: bool, order: Order) -> Self {
        Self {
            order,
            normalizer: Normalizer::new(Options { raw_data }),
            batches: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, record: &[u8], origin: &Origin<'_>) {
        self.normalizer.push(record, origin);
        let most = match self.order {
            Order::Given => BATCH_BYTES,
            Order::ByClass => CLASS_BATCH_BYTES,
        };
        if self.normalizer.pending_bytes() >= most {
            self.fill();
        }
    }

    /// Makes batches of what waits.
    fn fill(&mut self) {
        match self.order {
            Order::Given => self.batches.push(self.normalizer.finish()),
            Order::ByClass => self.batches.extend(self.normalizer.finish_by_class()),
        }
    }

    /// Takes the batches that are full.
    pub(crate) fn full(&mut self) -> Vec<Batch> {
        std::mem::take(&mut self.batches)
    }

    /// Takes what was made.
    pub(crate) fn finish(&mut self) -> Vec<Batch> {
        if !self.normalizer.is_empty() {
            self.fill();
        }
        std::mem::take(&mut self.batches)
    }
}

/// The items, in their order, in as many parts as there are cores, or fewer if they are small.
fn shares<T>(items: Vec<T>, bytes: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let total: usize = items.iter().map(&bytes).sum();
    let enough = total
        .div_ceil(rayon::current_num_threads())
        .max(SHARE_BYTES);
    let (mut shares, mut share, mut held) = (Vec::new(), Vec::new(), 0);
    for item in items {
        held += bytes(&item);
        share.push(item);
        if held >= enough {
            shares.push(std::mem::take(&mut share));
            held = 0;
        }
    }
    if !share.is_empty() {
        shares.push(share);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_is_one_share_and_nothing_is_left_out_of_several() {
        let of = |items: Vec<usize>| shares(items, |bytes| *bytes);
        assert!(of(Vec::new()).is_empty());
        assert_eq!(of(vec![1, 2, 3]), [[1, 2, 3]]);
        let many: Vec<usize> = (0..1000).map(|n| (SHARE_BYTES / 100) + n).collect();
        let parts = of(many.clone());
        assert!(parts.len() <= rayon::current_num_threads());
        assert!(rayon::current_num_threads() == 1 || parts.len() > 1);
        assert_eq!(parts.concat(), many);
    }

    #[test]
    fn what_each_item_makes_is_in_the_order_of_the_items() {
        let batchers = Batchers::new(true, Order::ByClass);
        let record = |n: usize| format!(r#"{{"Id":"{n}","RecordType":2,"Operation":"Send"}}"#);
        let bytes = |_: &usize| SHARE_BYTES / 10;
        let (batches, made) = batchers.batches((0..40).collect(), bytes, |n, batcher| {
            batcher.push(record(n).as_bytes(), &Origin::default());
            n
        });
        assert_eq!(made, (0..40).collect::<Vec<_>>());
        assert_eq!(
            batches.iter().map(|batch| batch.rows.len()).sum::<usize>(),
            40
        );
    }
}
