//! One generation ahead: while one is brought to the store, the next is judged and encoded.
//!
//! The next is judged as if this one were committed. If this one then is not, as another run was quicker or holds the
//! window, what was begun is dropped, and the next is judged again by what the lake has then.

use std::sync::Arc;

use futures::stream::{self, BoxStream, Fuse};
use futures::{Stream, StreamExt};
use tokio::task::JoinHandle;

use super::Committer;
use super::attempt::Draft;
use crate::dedup::Addition;
use crate::error::Error;
use crate::ledger::{Place, UnitKey};
use crate::normalize::{Generation, Rows};

/// Generations in the order in which they are to be committed.
pub(crate) struct Ahead {
    generations: Fuse<BoxStream<'static, Result<Generation, Error>>>,
    /// The next one, if it was looked at already.
    next: Option<Result<Generation, Error>>,
    /// What was begun of it.
    begun: Option<Begun>,
}

/// A draft in the making.
struct Begun {
    rows: Arc<Rows>,
    place: Place,
    addition: JoinHandle<Result<Addition, Error>>,
}

impl Ahead {
    pub(crate) fn of(
        generations: impl Stream<Item = Result<Generation, Error>> + Send + 'static,
    ) -> Self {
        Self {
            generations: generations.boxed().fuse(),
            next: None,
            begun: None,
        }
    }

    /// No generations.
    pub(crate) fn nothing() -> Self {
        Self::of(stream::empty())
    }

    /// Takes the next generation. Nothing is lost if this is not waited for to its end.
    pub(crate) async fn next(&mut self) -> Option<Result<Generation, Error>> {
        self.look().await;
        self.next.take()
    }

    async fn look(&mut self) -> Option<&Generation> {
        if self.next.is_none() {
            self.next = self.generations.next().await;
        }
        self.next.as_ref()?.as_ref().ok()
    }

    /// Takes what was begun, if it was of these rows and for that place.
    pub(super) fn take(
        &mut self,
        rows: &Arc<Rows>,
        place: &Place,
    ) -> Option<JoinHandle<Result<Addition, Error>>> {
        let begun = self.begun.take()?;
        let holds = Arc::ptr_eq(&begun.rows, rows) && begun.place == *place;
        holds.then_some(begun.addition)
    }

    /// Drops what was begun.
    pub(super) fn forget(&mut self) {
        self.begun = None;
    }
}

impl Committer {
    /// Begins the next generation once it is there, as if the draft were committed.
    pub(super) async fn begin_next(&self, ahead: &mut Ahead, draft: &Draft) {
        if ahead.begun.is_some() {
            return;
        }
        let Some(next) = ahead.look().await.filter(|next| next.has_rows()) else {
            return;
        };
        let place = self.place_after(&draft.place, &next.unit);
        let (rows, before) = (Arc::clone(&next.rows), Arc::clone(&draft.addition.fresh));
        ahead.begun = Some(Begun {
            addition: self.begin(Arc::clone(&rows), &place, before),
            rows,
            place,
        });
    }

    /// The next place of the unit, with that one taken.
    fn place_after(&self, taken: &Place, unit: &UnitKey) -> Place {
        let generation = if taken.unit == *unit {
            taken.generation + 1
        } else {
            self.scan.next_generation(unit)
        };
        Place {
            unit: unit.clone(),
            generation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{
        NEXT_WINDOW, WINDOW, body_of, committer, generation, hold, on_disk, recorder, rows,
    };
    use super::*;
    use crate::recorder::Recorder;

    /// Generations of blobs of these records, each blob with an id of its own.
    async fn of(blobs: &[(&'static str, std::ops::Range<u32>)]) -> Ahead {
        let mut generations = Vec::new();
        for (number, (window, ids)) in (0..).zip(blobs) {
            let id = format!("blob-{number}");
            generations.push(Ok(generation(window, &[(&id, body_of(ids.clone()))]).await));
        }
        Ahead::of(stream::iter(generations))
    }

    async fn commit_all(committer: &mut Committer, ahead: &mut Ahead) {
        while let Some(generation) = ahead.next().await {
            let generation = generation.expect("a generation");
            committer.commit(generation, ahead).await.expect("a commit");
        }
    }

    /// Events and duplicates.
    fn counted(recorder: &Recorder) -> (u64, u64) {
        let report = recorder.report();
        (report.events, report.duplicates)
    }

    #[tokio::test]
    async fn what_repeats_the_one_before_is_dropped_though_it_was_begun_before_that_was_committed()
    {
        let (_directory, lake) = on_disk();
        let recorder = recorder();
        let mut committer = committer(&lake, &recorder).await;
        let mut ahead = of(&[(WINDOW, 0..5), (WINDOW, 3..8), (NEXT_WINDOW, 0..9)]).await;
        let first = ahead.next().await.expect("a generation").expect("rows");
        committer.commit(first, &mut ahead).await.expect("a commit");
        assert!(ahead.begun.is_some());
        commit_all(&mut committer, &mut ahead).await;
        assert_eq!(counted(&recorder), (9, 10));
        let rows = rows(&lake).await;
        assert_eq!(rows.into_values().collect::<Vec<_>>(), [1; 9]);
        // Nothing was encoded twice.
        assert_eq!(committer.attempts.into_inner(), 3);
    }

    #[tokio::test]
    async fn what_repeats_one_that_was_left_to_another_run_is_kept() {
        let (directory, lake) = on_disk();
        let recorder = recorder();
        let mut committer = committer(&lake, &recorder).await;
        hold(directory.path(), &committer).await;
        let mut ahead = of(&[(WINDOW, 0..5), (NEXT_WINDOW, 3..8)]).await;
        commit_all(&mut committer, &mut ahead).await;
        assert_eq!(recorder.report().windows.skipped, 1);
        assert_eq!(counted(&recorder), (5, 0));
        assert_eq!(rows(&lake).await.into_values().collect::<Vec<_>>(), [1; 5]);
    }

    #[tokio::test]
    async fn what_was_begun_before_another_runs_commit_was_heard_of_is_judged_again() {
        let (_directory, lake) = on_disk();
        let (recorder, other) = (recorder(), recorder());
        let mut quick = committer(&lake, &other).await;
        let mut committer = committer(&lake, &recorder).await;
        let theirs = generation(NEXT_WINDOW, &[("theirs", body_of(3..6))]).await;
        quick.commit_alone(theirs).await.expect("a commit");
        quick.close().await;
        // The second is begun before the first one's turn, in which the other run's commit is read.
        let mut ahead = of(&[(WINDOW, 0..3), (WINDOW, 5..8)]).await;
        commit_all(&mut committer, &mut ahead).await;
        assert_eq!(counted(&recorder), (5, 1));
        assert_eq!(rows(&lake).await.into_values().collect::<Vec<_>>(), [1; 8]);
    }

    #[tokio::test]
    async fn what_was_begun_of_one_without_news_is_not_taken_for_the_one_after_it() {
        let (_directory, lake) = on_disk();
        let recorder = recorder();
        let mut committer = committer(&lake, &recorder).await;
        // Three of one unit, of which the second has the blob of the first.
        let mut generations = Vec::new();
        for (id, ids) in [("a", 0..3), ("a", 3..5), ("b", 5..9)] {
            generations.push(Ok(generation(WINDOW, &[(id, body_of(ids))]).await));
        }
        commit_all(&mut committer, &mut Ahead::of(stream::iter(generations))).await;
        assert_eq!(counted(&recorder), (7, 0));
        let rows = rows(&lake).await;
        assert_eq!(rows.into_values().collect::<Vec<_>>(), [1; 7]);
    }

    #[tokio::test]
    async fn a_generation_that_could_not_be_made_is_told_in_its_turn() {
        let (_directory, lake) = on_disk();
        let mut committer = committer(&lake, &recorder()).await;
        let first = generation(WINDOW, &[("a", body_of(0..3))]).await;
        let mut ahead = Ahead::of(stream::iter([Ok(first), Err(Error::Cancelled)]));
        let first = ahead.next().await.expect("a generation").expect("rows");
        committer.commit(first, &mut ahead).await.expect("a commit");
        assert!(matches!(ahead.next().await, Some(Err(Error::Cancelled))));
        assert!(ahead.next().await.is_none());
    }
}
