//! Events on their way into batches, those of each class by themselves.

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use arrow::error::ArrowError;

use crate::class::Class;
use crate::columns::Columns;
use crate::event::Op;
use crate::normalizer::Row;
use crate::schema::event_schema;

/// Events of all classes.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// Those of classes that there were, with events or without.
    classes: Vec<ClassEvents>,
    /// For each event the number of its class among these.
    order: Vec<usize>,
}

/// Events of one class.
#[derive(Debug)]
struct ClassEvents {
    class: &'static Class,
    columns: Columns,
    rows: Vec<Row>,
}

impl Events {
    /// Appends the event that is made by these steps.
    pub(crate) fn push(&mut self, class: &'static Class, steps: &[Op<'_>], row: Row) {
        let number = self.number(class);
        let events = &mut self.classes[number];
        events.columns.push(steps);
        events.rows.push(row);
        self.order.push(number);
    }

    /// The number of a class, which it has from now on.
    fn number(&mut self, class: &'static Class) -> usize {
        let known = self.classes.iter().position(|it| it.class.uid == class.uid);
        known.unwrap_or_else(|| {
            self.classes.push(ClassEvents {
                class,
                columns: Columns::new(),
                rows: Vec::new(),
            });
            self.classes.len() - 1
        })
    }

    /// Events waiting.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// Takes the events, a batch for each class that has some.
    pub(crate) fn finish_by_class(&mut self) -> Result<Vec<(RecordBatch, Vec<Row>)>, ArrowError> {
        self.order.clear();
        let classes = self.classes.iter_mut();
        classes
            .filter(|events| !events.rows.is_empty())
            .map(ClassEvents::finish)
            .collect()
    }

    /// Takes the events, in the order that they came in.
    pub(crate) fn finish_in_order(&mut self) -> Result<(RecordBatch, Vec<Row>), ArrowError> {
        let order = std::mem::take(&mut self.order);
        let (mut batches, mut rows) = (Vec::new(), Vec::new());
        for events in &mut self.classes {
            let (batch, its_rows) = events.finish()?;
            batches.push(batch);
            rows.push(its_rows.into_iter());
        }
        let rows = order.iter().filter_map(|class| rows[*class].next());
        let rows = rows.collect();
        let batches: Vec<_> = batches.iter().collect();
        if batches.is_empty() {
            return Ok((RecordBatch::new_empty(event_schema()), rows));
        }
        let batch = interleave_record_batch(&batches, &places(&order, batches.len()))?;
        Ok((batch, rows))
    }
}

/// For each event its class and its place among those of the class.
fn places(order: &[usize], classes: usize) -> Vec<(usize, usize)> {
    let mut counts = vec![0; classes];
    let place = |class: &usize| {
        counts[*class] += 1;
        (*class, counts[*class] - 1)
    };
    order.iter().map(place).collect()
}

impl ClassEvents {
    fn finish(&mut self) -> Result<(RecordBatch, Vec<Row>), ArrowError> {
        Ok((self.columns.finish()?, std::mem::take(&mut self.rows)))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;

    use crate::{Batch, Normalizer, Options, Origin};

    /// Two of one class with one of another between them, and something that is no record.
    fn normalizer() -> Normalizer {
        let mut normalizer = Normalizer::new(Options::default());
        for record in [
            r#"{"Id":"1","RecordType":15,"Operation":"UserLoggedIn","UserId":"a@contoso.example"}"#,
            r#"{"Id":"2","RecordType":6,"Operation":"FileDeleted","UserId":"a@contoso.example","ObjectId":"https://contoso.example/a.txt"}"#,
            "7",
            r#"{"Id":"3","RecordType":15,"Operation":"UserLoggedIn","UserId":"b@contoso.example"}"#,
        ] {
            normalizer.push(record.as_bytes(), &Origin::default());
        }
        normalizer
    }

    /// The classes of a batch, twice: by its rows and by its columns; and the ids.
    fn told(batch: &Batch) -> Vec<(&str, String, String)> {
        let names = batch.events.column_by_name("class_name");
        let names = names.expect("a column").as_string::<i32>();
        let metadata = batch.events.column_by_name("metadata");
        let metadata = metadata.expect("a column").as_struct();
        let ids = metadata.column_by_name("original_event_uid");
        let ids = ids.expect("a column").as_string::<i32>();
        let rows = batch.rows.iter().enumerate();
        rows.map(|(n, row)| {
            (
                row.class_name,
                names.value(n).to_owned(),
                ids.value(n).to_owned(),
            )
        })
        .collect()
    }

    fn event<'c>(class: &'c str, id: &str) -> (&'c str, String, String) {
        (class, class.to_owned(), id.to_owned())
    }

    #[test]
    fn a_batch_has_the_events_of_one_class_and_the_first_has_the_quarantine() {
        let mut normalizer = normalizer();
        let batches = normalizer.finish_by_class();
        assert!(normalizer.is_empty() && normalizer.finish_by_class().is_empty());
        let [first, second] = batches.as_slice() else {
            panic!("{} batches", batches.len());
        };
        let logon = "Authentication";
        assert_eq!(told(first), [event(logon, "1"), event(logon, "3")]);
        assert_eq!(told(second), [event("File Hosting Activity", "2")]);
        let quarantined = |batch: &Batch| {
            (
                batch.quarantine.num_rows(),
                batch.quarantine_identities.len(),
            )
        };
        assert_eq!((quarantined(first), quarantined(second)), ((1, 1), (0, 0)));
    }

    #[test]
    fn in_order_they_are_as_they_came_whatever_was_taken_before() {
        let mut normalizer = normalizer();
        let expected = [
            event("Authentication", "1"),
            event("File Hosting Activity", "2"),
            event("Authentication", "3"),
        ];
        assert_eq!(told(&normalizer.finish()), expected);
        // A class that has no more events is none of the batch.
        let record =
            r#"{"Id":"4","RecordType":15,"Operation":"UserLoggedIn","UserId":"a@contoso.example"}"#;
        normalizer.push(record.as_bytes(), &Origin::default());
        assert_eq!(told(&normalizer.finish()), [event("Authentication", "4")]);
    }

    #[test]
    fn what_has_no_events_has_its_quarantine() {
        let mut normalizer = Normalizer::new(Options::default());
        normalizer.push(b"7", &Origin::default());
        let batches = normalizer.finish_by_class();
        assert_eq!(batches.len(), 1);
        assert_eq!(
            (
                batches[0].events.num_rows(),
                batches[0].quarantine.num_rows()
            ),
            (0, 1)
        );
    }
}
