//! The index of all operations.

use auditlake_normalizer::schema::markdown::line;
use auditlake_normalizer::workloads::{Operation, WORKLOADS, Workload};

use super::{activity_name, class_name, code};

const HEAD: &str = "\
# Operations

Which OCSF class and activity an operation becomes, by its name. Names are compared without regard to case, trailing full
stops and doubled blanks; a `*` stands for any rest, and an exact name goes before it. An operation that no table names
takes its activity from the verb in its name, in the class that its workload's page gives for all others; record types
without a workload take the class in [record-types.md](record-types.md). An event that cannot fill what its class demands
becomes API Activity, and one without an operation Base Event.

| operation | record types | class | activity | workload |
|---|---|---|---|---|
";

pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    for (name, workload, operation) in sorted() {
        let types: Vec<String> = workload.record_types.iter().map(u16::to_string).collect();
        line(
            &mut page,
            &[
                &code(&[name]),
                &types.join(", "),
                &class_name(operation.class),
                &activity_name(operation.class, operation.activity),
                &format!("[{}](workloads/{}.md)", workload.name, workload.slug),
            ],
        );
    }
    page
}

/// A name, and where it is from.
type Entry = (&'static str, &'static Workload, &'static Operation);

fn sorted() -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for workload in WORKLOADS {
        for operation in workload.operations {
            entries.extend(
                operation
                    .names
                    .iter()
                    .map(|name| (*name, *workload, operation)),
            );
        }
    }
    entries.sort_by_cached_key(|(name, workload, _)| (name.to_lowercase(), workload.slug));
    entries
}
