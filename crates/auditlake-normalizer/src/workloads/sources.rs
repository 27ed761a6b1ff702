//! Which members of a record fill which columns, by a workload's tables: fields and things in one list.

use super::{Thing, Workload};
use crate::class::WEB_RESOURCES_ACTIVITY;

/// A member and a column that it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Member of the record, or a path, `PolicyDetails[].Rules[].Severity`.
    pub member: &'static str,
    /// Path of the column, without brackets for lists.
    pub column: &'static str,
}

/// All sources that the tables of a workload name, in their order.
pub fn sources(workload: &Workload) -> Vec<Source> {
    let fields = workload.fields.iter().map(|field| Source {
        member: field.from,
        column: field.to.path(),
    });
    let things = lists(workload)
        .into_iter()
        .flat_map(|list| workload.things.iter().flat_map(move |t| of_thing(t, list)));
    fields.chain(things).collect()
}

/// Columns of a list that takes things: name, identifier, and address where it has one.
type List = [Option<&'static str>; 3];

const WEB_RESOURCES: List = [
    Some("web_resources.name"),
    Some("web_resources.uid"),
    Some("web_resources.url_string"),
];
const RESOURCES: List = [Some("resources.name"), Some("resources.uid"), None];

/// The lists that the classes of the workload's operations have.
fn lists(workload: &Workload) -> Vec<List> {
    let operations = workload.operations.iter().map(|operation| operation.class);
    let classes: Vec<_> = operations.chain([workload.otherwise.class]).collect();
    let web = classes
        .iter()
        .any(|class| class.uid == WEB_RESOURCES_ACTIVITY.uid);
    let other = classes
        .iter()
        .any(|class| class.native.contains(&"resources"));
    let kept = [(web, WEB_RESOURCES), (other, RESOURCES)];
    kept.into_iter()
        .filter(|(has, _)| *has)
        .map(|(_, list)| list)
        .collect()
}

fn of_thing(thing: &'static Thing, list: List) -> impl Iterator<Item = Source> {
    let members = [thing.names, thing.uids, thing.urls];
    let pairs = members.into_iter().zip(list);
    pairs.flat_map(|(members, column)| {
        members.iter().filter_map(move |member| {
            Some(Source {
                member,
                column: column?,
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::path::{at, leaf_at};
    use crate::things::thing;
    use crate::workloads::{Operation, Otherwise, as_decided, op, text};

    const THINGS: &[Thing] = &[thing("Report", &["ReportName"], &["ReportId"]).at(&["ReportUrl"])];
    const OPERATIONS: &[Operation] = &[op(&["ViewReport"], &WEB_RESOURCES_ACTIVITY, 2)];

    fn check(workload: &Workload, expected: &[(&str, &str)]) {
        let found: Vec<(&str, &str)> = sources(workload)
            .iter()
            .map(|source| (source.member, source.column))
            .collect();
        assert_eq!(found, expected);
    }

    fn workload(class: &'static crate::class::Class) -> Workload {
        Workload {
            slug: "reports",
            name: "Reports",
            record_types: &[],
            operations: OPERATIONS,
            otherwise: Otherwise {
                class,
                activity: None,
            },
            fields: const { &[text("AppName", at!("actor.app_name"))] },
            things: THINGS,
            refine: as_decided,
            map: |_| {},
        }
    }

    #[test]
    fn things_fill_the_lists_that_the_classes_have() {
        let web = [
            ("AppName", "actor.app_name"),
            ("ReportName", "web_resources.name"),
            ("ReportId", "web_resources.uid"),
            ("ReportUrl", "web_resources.url_string"),
        ];
        check(&workload(&WEB_RESOURCES_ACTIVITY), &web);
        let both = [
            ("ReportName", "resources.name"),
            ("ReportId", "resources.uid"),
        ];
        let api = workload(&crate::class::API_ACTIVITY);
        check(&api, &[&web[..], &both].concat());
    }

    #[test]
    fn the_columns_exist() {
        for column in [WEB_RESOURCES, RESOURCES].concat().into_iter().flatten() {
            leaf_at(column);
        }
    }
}
