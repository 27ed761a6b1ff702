//! What an interaction read, where it was held, and what took part in it.

use std::borrow::Cow;

use crate::event::Event;
use crate::items::{extension, last_part};
use crate::record::{Record, elements};
use crate::schema::path::{at, list};

const TARGET: (u8, &str) = (1, "Target");
const RELATED: (u8, &str) = (4, "Related");

/// Adds what Copilot read, then context, agent and plugins.
pub(super) fn set<'a>(event: &mut Event<'_, 'a>, data: &Record<'a>) {
    for raw in data
        .raw("AccessedResources")
        .map(elements)
        .unwrap_or_default()
    {
        add_accessed(event, raw);
    }
    for context in data.objects("Contexts") {
        let name = context.text("Id").as_deref().and_then(name_of);
        add(
            event,
            name,
            context.text("Id"),
            context.text("Type"),
            RELATED,
        );
    }
    add_agent(event);
    for plugin in data.objects("AISystemPlugin") {
        let kind = Some(Cow::Borrowed("Plugin"));
        add(event, plugin.text("Name"), plugin.text("Id"), kind, RELATED);
    }
}

/// Whether the elements of a list say no more than what [`set`] takes of them.
pub(super) fn is_whole(data: &Record<'_>, list: &str) -> bool {
    let mapped: &[&str] = match list {
        // Its elements are kept as data.
        "AccessedResources" => return data.objects(list).len() == data.array(list).len(),
        "Contexts" => &["Id", "Type"],
        _ => &["Id", "Name"],
    };
    data.objects(list)
        .iter()
        .all(|element| element.has_only(mapped))
}

fn add_accessed<'a>(event: &mut Event<'_, 'a>, raw: &'a str) {
    let Ok(resource) = Record::parse(raw) else {
        return;
    };
    let url = resource.text("SiteUrl");
    let name = resource.text("Name");
    let name = name.or_else(|| url.as_deref().and_then(name_of));
    let uid = resource
        .text("Id")
        .or_else(|| resource.text("listItemUniqueId"))
        .or(url);
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), name);
        event.set_some(at!("resources.uid"), uid);
        event.set_some(at!("resources.type"), resource.text("Type"));
        event.set_id(at!("resources.role_id"), at!("resources.role"), TARGET);
        event.set(at!("resources.data"), raw);
        add_label(event, resource.text("SensitivityLabelId"));
    });
}

fn add_label<'a>(event: &mut Event<'_, 'a>, label: Option<Cow<'a, str>>) {
    let Some(label) = label else { return };
    event.element(list!("resources.data_classifications"), |event| {
        event.set(at!("resources.data_classifications.uid"), label);
        event.set_id(
            at!("resources.data_classifications.confidentiality_id"),
            at!("resources.data_classifications.confidentiality"),
            (99, "Sensitivity label"),
        );
    });
}

fn add_agent(event: &mut Event<'_, '_>) {
    let record = event.record;
    let kind = Some(Cow::Borrowed("Agent"));
    let (name, uid) = (record.text("AgentName"), record.text("AgentId"));
    if add(event, name, uid, kind, RELATED) {
        record.take("AgentName");
        record.take("AgentId");
    }
}

fn add<'a>(
    event: &mut Event<'_, 'a>,
    name: Option<Cow<'a, str>>,
    uid: Option<Cow<'a, str>>,
    kind: Option<Cow<'a, str>>,
    role: (u8, &'static str),
) -> bool {
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), name);
        event.set_some(at!("resources.uid"), uid);
        event.set_some(at!("resources.type"), kind);
        event.set_id(at!("resources.role_id"), at!("resources.role"), role);
    })
}

/// The file that an address of the Office viewer opens (`Doc.aspx?file=plan.docx`), else the last part of its path.
fn name_of<'a>(address: &str) -> Option<Cow<'a, str>> {
    let (_, rest) = address.split_once("://")?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (_, path) = path.split('#').next()?.split_once('/')?;
    let opened = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("file="))
        .filter(|name| !name.is_empty() && is_page(path));
    let name = opened.or_else(|| last_part(path))?;
    Some(Cow::Owned(name.to_owned()))
}

fn is_page(path: &str) -> bool {
    extension(path).is_some_and(|ext| ext.eq_ignore_ascii_case("aspx"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_addresses() {
        for (address, expected) in [
            (
                "https://contoso.sharepoint.example/sites/a/plan.docx?web=1",
                Some("plan.docx"),
            ),
            (
                "https://contoso.sharepoint.example/_layouts/15/Doc.aspx?sourcedoc=%7B1%7D&file=plan.docx&action=default",
                Some("plan.docx"),
            ),
            (
                "https://contoso.sharepoint.example/sites/a/list.aspx?file=",
                Some("list.aspx"),
            ),
            ("https://contoso.sharepoint.example", None),
            ("19:meeting@thread.v2", None),
        ] {
            assert_eq!(name_of(address).as_deref(), expected, "{address}");
        }
    }
}
