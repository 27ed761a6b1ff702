//! Files and folders of SharePoint and OneDrive, as several workloads name them.

use std::borrow::Cow;

use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::workloads::{Mapping, copy_fields, integer, text};

/// Members that go to one attribute as they are.
pub(crate) const FIELDS: &[Mapping] = &[
    text("SourceFileExtension", at!("file.ext")),
    text("ListItemUniqueId", at!("file.uid")),
    integer("FileSizeBytes", at!("file.size")),
    text("SiteUrl", at!("file.url.url_string")),
];

/// Fills `file`, where the workload has not: name, path, extension, kind, size, labels.
pub(crate) fn set_file(event: &mut Event<'_, '_>) {
    let record = event.record;
    let object = record.text("ObjectId");
    if !event.copy("SourceFileName", at!("file.name")) {
        event.set_some(
            at!("file.name"),
            object.as_deref().and_then(last_part).map(str::to_owned),
        );
    }
    if let Some(path) = object {
        event.set(at!("file.path"), path);
        record.take("ObjectId");
    }
    set_parent(event);
    copy_fields(event, FIELDS);
    if event.has(at!("file.name")) {
        set_kind(event, record);
    }
    set_label(event);
}

/// `SourceRelativeUrl`: the folder, or (in sharing records) the folder and the file.
fn set_parent(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(path) = record.text("SourceRelativeUrl") else {
        return;
    };
    let name = event.text(at!("file.name")).unwrap_or_default();
    let parent = folder_of(&path, name).to_owned();
    if parent.is_empty() || event.set(at!("file.parent_folder"), parent) {
        record.take("SourceRelativeUrl");
    }
}

/// The path without the file's own name at its end.
fn folder_of<'p>(path: &'p str, name: &str) -> &'p str {
    match path.rsplit_once('/') {
        Some((folder, last)) if last == name => folder,
        None if path == name => "",
        _ => path,
    }
}

/// `ItemType`, as text or as the number of Microsoft's enum.
fn set_kind(event: &mut Event<'_, '_>, record: &Record<'_>) {
    let item = record.text("ItemType");
    let kind = match item.as_deref() {
        Some("File" | "1") => (1, "Regular File"),
        Some("Folder" | "5") => (2, "Folder"),
        _ if record
            .text("Operation")
            .is_some_and(|op| op.starts_with("Folder")) =>
        {
            (2, "Folder")
        }
        _ => (0, "Unknown"),
    };
    if kind.0 != 0 {
        record.take("ItemType");
    }
    event.set_id(at!("file.type_id"), at!("file.type"), kind);
}

fn set_label(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(label) = record.text("SensitivityLabelId") else {
        return;
    };
    let added = event.element(list!("file.data_classifications"), |event| {
        event.set(at!("file.data_classifications.uid"), label);
        event.set(at!("file.data_classifications.confidentiality_id"), 99_u8);
        let name = record
            .text("SensitivityLabelName")
            .unwrap_or(Cow::Borrowed("Sensitivity label"));
        event.set(at!("file.data_classifications.confidentiality"), name);
    });
    if added {
        record.take("SensitivityLabelId");
    }
}

/// The last part of a path or address.
pub(crate) fn last_part(path: &str) -> Option<&str> {
    path.trim_end_matches('/')
        .rsplit(['/', '\\'])
        .next()
        .filter(|part| !part.is_empty())
}

/// The extension of a file name.
pub(crate) fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.')
        .map(|(_, ext)| ext)
        .filter(|ext| !ext.is_empty() && ext.len() <= 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_the_path_without_the_file() {
        for (path, name, expected) in [
            ("Documents", "a.txt", "Documents"),
            ("Documents/a.txt", "a.txt", "Documents"),
            ("Documents/2026/a.txt", "a.txt", "Documents/2026"),
            ("a.txt", "a.txt", ""),
            ("Documents/b", "a.txt", "Documents/b"),
        ] {
            assert_eq!(folder_of(path, name), expected, "{path}");
        }
    }
}
