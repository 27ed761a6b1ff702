//! A page a workload, and their index.

use std::path::{Path, PathBuf};

use anyhow::Result;
use auditlake_normalizer::record_types::by_value;
use auditlake_normalizer::schema::markdown::line;
use auditlake_normalizer::workloads::{Mapping, Operation, Outcome, Thing, WORKLOADS, Workload};

use super::{Pages, activity_name, class_name, code, example, markdown_page, module_doc};

pub(super) fn pages(root: &Path) -> Result<Pages> {
    let mut pages = Pages::new();
    let mut index = String::from(
        "# Workloads\n\nWhat the records of each workload become. Records of other types take the class in \
         [record-types.md](../record-types.md), with the activity of the verb in their operation.\n\n\
         | workload | record types | operations | what it is |\n|---|---|---:|---|\n",
    );
    for workload in WORKLOADS {
        let text = module_doc::read(root, workload.slug)?;
        let page = page(root, workload, &text)?;
        let operations: usize = workload.operations.iter().map(|o| o.names.len()).sum();
        line(
            &mut index,
            &[
                &format!("[{}]({}.md)", workload.name, workload.slug),
                &numbers(workload),
                &operations.to_string(),
                &module_doc::title(&text),
            ],
        );
        let path = PathBuf::from(format!("workloads/{}.md", workload.slug));
        pages.insert(path, markdown_page(&page));
    }
    pages.insert("workloads/README.md".into(), markdown_page(&index));
    Ok(pages)
}

fn numbers(workload: &Workload) -> String {
    let numbers: Vec<String> = workload.record_types.iter().map(u16::to_string).collect();
    numbers.join(", ")
}

fn page(root: &Path, workload: &Workload, text: &str) -> Result<String> {
    let example = example::of_workload(root, workload)?;
    let sections = [
        format!("# {}\n\n{text}\n", workload.name),
        record_types(workload),
        operations(workload),
        fields(workload.fields),
        things(workload.things),
        format!(
            "## Example\n\nThe record\n\n```json\n{}\n```\n\nbecomes, without `raw_data`,\n\n```json\n{}\n```\n",
            example.record, example.event
        ),
    ];
    let sections: Vec<String> = sections.into_iter().filter(|s| !s.is_empty()).collect();
    Ok(sections.join("\n"))
}

fn record_types(workload: &Workload) -> String {
    let mut section = String::from("## Record types\n\n| number | name |\n|---:|---|\n");
    for number in workload.record_types {
        let name = by_value(i64::from(*number)).map_or("", |known| known.name);
        line(&mut section, &[&number.to_string(), name]);
    }
    section
}

fn operations(workload: &Workload) -> String {
    let mut section = String::from(
        "## Operations\n\nNames are compared without regard to case, a full stop at the end and doubled blanks; a `*` stands for \
         any rest. A sensitive operation is of severity Medium at least. Members of a record may still decide on another class \
         or activity, as the text above says.\n\n| class | activity | sensitive | outcome | operations |\n|---|---|---|---|---|\n",
    );
    for operation in workload.operations {
        line(
            &mut section,
            &[
                &class_name(operation.class),
                &activity_name(operation.class, operation.activity),
                if operation.sensitive { "yes" } else { "" },
                outcome(operation),
                &code(operation.names),
            ],
        );
    }
    let otherwise = &workload.otherwise;
    let activity = otherwise.activity.map_or_else(
        || "by the verb".to_owned(),
        |id| activity_name(otherwise.class, id),
    );
    let class = class_name(otherwise.class);
    line(&mut section, &[&class, &activity, "", "", "all others"]);
    section
}

fn outcome(operation: &Operation) -> &'static str {
    match operation.outcome {
        Some(Outcome::Success) => "success",
        Some(Outcome::Failure) => "failure",
        None => "",
    }
}

fn fields(fields: &[Mapping]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let mut section = String::from(
        "## Fields\n\nBeside the members that every record has, see [schema.md](../schema.md).\n\n\
         | member | column | note |\n|---|---|---|\n",
    );
    for field in fields {
        line(
            &mut section,
            &[&code(&[field.from]), &code(&[field.to.path()]), field.note],
        );
    }
    section
}

fn things(things: &[Thing]) -> String {
    if things.is_empty() {
        return String::new();
    }
    let mut section = String::from(
        "## Things\n\nWhat a record is about, the target first: elements of `web_resources` in Web Resources Activity, of \
         `resources` in other classes. The first member that is there counts.\n\n\
         | kind | name | identifier | address |\n|---|---|---|---|\n",
    );
    for thing in things {
        let members = [thing.names, thing.uids, thing.urls].map(code);
        let [names, uids, urls] = members.each_ref().map(String::as_str);
        line(&mut section, &[thing.kind, names, uids, urls]);
    }
    section
}
