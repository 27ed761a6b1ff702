//! What the rounds of a connection did, added up for as long as the process lives.

use std::collections::BTreeMap;

use crate::error::{ErrorKind, Stopped};
use crate::gap::GapReason;
use crate::ingest::member::Ended;
use crate::report::{Blobs, Bytes, ContentTypeCounts, Outcome, Report, Requests};

/// Sums over all rounds of this process. They move when a round or its turn ends, not within it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rounds by how they ended.
    pub rounds: BTreeMap<RoundOutcome, u64>,
    /// Figures by content type.
    pub by_content_type: BTreeMap<String, ContentTypeCounts>,
    /// Blobs.
    pub blobs: Blobs,
    /// Bytes.
    pub bytes: Bytes,
    /// HTTP requests.
    pub requests: Requests,
    /// Records that the lake had already.
    pub duplicates: u64,
    /// Rows written to the quarantine.
    pub quarantined: u64,
    /// Gaps by content type and reason. One that stays is named by each round that meets it, and counts each time.
    pub gaps: BTreeMap<(String, GapReason), u64>,
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoundOutcome {
    /// All that was due is in the lake.
    Complete,
    /// It came to its end, and something named in its report could not be had.
    Gaps,
    /// Its turn ended before its work; the next one goes on.
    CutShort,
    /// It could not go on.
    Failed,
    /// It was dropped at the end of the process.
    Interrupted,
}

impl RoundOutcome {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Complete,
        Self::Gaps,
        Self::CutShort,
        Self::Failed,
        Self::Interrupted,
    ];

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Gaps => "gaps",
            Self::CutShort => "cut_short",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    pub(crate) fn of(ended: &Result<Ended, Stopped>) -> Self {
        match ended {
            Ok(ended) if ended.is_cut_short => Self::CutShort,
            Ok(ended) => match ended.report.outcome() {
                Outcome::Complete => Self::Complete,
                Outcome::Gaps => Self::Gaps,
            },
            Err(stopped) if stopped.error.kind() == ErrorKind::Cancelled => Self::Interrupted,
            Err(_) => Self::Failed,
        }
    }
}

impl Totals {
    /// Events written.
    pub fn events(&self) -> u64 {
        self.by_content_type.values().map(|it| it.events).sum()
    }

    /// Gaps named.
    pub fn gaps(&self) -> u64 {
        self.gaps.values().sum()
    }

    /// Adds a round.
    pub(crate) fn add(&mut self, outcome: RoundOutcome, report: &Report) {
        *self.rounds.entry(outcome).or_default() += 1;
        for (content_type, counts) in &report.by_content_type {
            let sum = self.by_content_type.entry(content_type.clone());
            add_counts(sum.or_default(), counts);
        }
        add_blobs(&mut self.blobs, &report.blobs);
        self.bytes.downloaded += report.bytes.downloaded;
        self.bytes.written += report.bytes.written;
        self.requests.total += report.requests.total;
        self.requests.throttled += report.requests.throttled;
        self.requests.retried += report.requests.retried;
        self.duplicates += report.duplicates;
        self.quarantined += report.quarantined;
        for gap in &report.gaps {
            let key = (gap.content_type.clone(), gap.reason);
            *self.gaps.entry(key).or_default() += 1;
        }
    }
}

fn add_counts(sum: &mut ContentTypeCounts, counts: &ContentTypeCounts) {
    sum.blobs += counts.blobs;
    sum.records += counts.records;
    sum.events += counts.events;
}

fn add_blobs(sum: &mut Blobs, blobs: &Blobs) {
    sum.listed += blobs.listed;
    sum.fetched += blobs.fetched;
    sum.already_committed += blobs.already_committed;
    sum.expired += blobs.expired;
    sum.failed += blobs.failed;
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::error::Error;
    use crate::gap::Gap;
    use crate::listed::Listed;

    fn report() -> Report {
        let mut report = Report::new("contoso", "t", Timestamp::UNIX_EPOCH);
        *report.counts_of("DLP.All") = ContentTypeCounts {
            blobs: 1,
            records: 3,
            events: 2,
        };
        report.bytes.downloaded = 10;
        report.requests.throttled = 1;
        report.gaps.push(Gap {
            content_type: "DLP.All".to_owned(),
            window: None,
            content_id: None,
            reason: GapReason::Expired,
            detail: String::new(),
        });
        report
    }

    #[test]
    fn rounds_add_up() {
        let mut totals = Totals::default();
        totals.add(RoundOutcome::Gaps, &report());
        totals.add(RoundOutcome::Gaps, &report());
        assert_eq!(totals.rounds[&RoundOutcome::Gaps], 2);
        let dlp = totals.by_content_type["DLP.All"];
        assert_eq!((dlp.blobs, dlp.records, dlp.events), (2, 6, 4));
        assert_eq!((totals.events(), totals.gaps()), (4, 2));
        assert_eq!(totals.gaps[&("DLP.All".to_owned(), GapReason::Expired)], 2);
        assert_eq!(
            (totals.bytes.downloaded, totals.requests.throttled),
            (20, 2)
        );
    }

    #[test]
    fn an_outcome_is_that_of_the_report_unless_the_round_did_not_end() {
        let of = |ended| RoundOutcome::of(&ended).as_str();
        let ended = |report, is_cut_short| Ended {
            report,
            listed: Listed::default(),
            is_cut_short,
            notices: 0,
        };
        let whole = Report::new("contoso", "t", Timestamp::UNIX_EPOCH);
        let stopped = |error| Stopped::new(error, report());
        assert_eq!(of(Ok(ended(whole.clone(), false))), "complete");
        assert_eq!(of(Ok(ended(whole, true))), "cut_short");
        assert_eq!(of(Ok(ended(report(), false))), "gaps");
        assert_eq!(of(Err(stopped(Error::Cancelled))), "interrupted");
        assert_eq!(of(Err(stopped(Error::Config(String::new())))), "failed");
    }
}
