//! All record types, and which of them a workload covers.

use auditlake_normalizer::class::by_uid;
use auditlake_normalizer::record_types::{RECORD_TYPES, RecordType};
use auditlake_normalizer::schema::markdown::line;
use auditlake_normalizer::workloads::{WORKLOADS, Workload};

use super::class_name;

pub(super) fn page() -> String {
    let known = RECORD_TYPES.len();
    let covered = RECORD_TYPES
        .iter()
        .filter(|t| workload(t).is_some())
        .count();
    let operations: usize = WORKLOADS
        .iter()
        .flat_map(|workload| workload.operations)
        .map(|operation| operation.names.len())
        .sum();
    let mut page = format!(
        "# Record types\n\n{known} record types are known by name; {covered} of them are covered by {} workloads, which name \
         {operations} operations.\n\nThe class is that of a type's events when no operation table says otherwise. A record type \
         that is not here keeps its number and becomes API Activity.\n\n\
         | number | name | class | workload |\n|---:|---|---|---|\n",
        WORKLOADS.len()
    );
    for known in RECORD_TYPES {
        let page_of = workload(known)
            .map(|workload| format!("[{}](workloads/{}.md)", workload.name, workload.slug));
        line(
            &mut page,
            &[
                &known.value.to_string(),
                known.name,
                &class(known),
                &page_of.unwrap_or_default(),
            ],
        );
    }
    page
}

fn workload(known: &RecordType) -> Option<&'static Workload> {
    let covers = |workload: &&&Workload| workload.record_types.contains(&known.value);
    WORKLOADS.iter().find(covers).copied()
}

/// The class that events take: the workload's where there is one.
fn class(known: &RecordType) -> String {
    let own = workload(known).map(|workload| workload.otherwise.class);
    own.or_else(|| by_uid(known.class_uid))
        .map(class_name)
        .unwrap_or_default()
}
