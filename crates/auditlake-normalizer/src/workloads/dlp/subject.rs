//! What a rule matched: the file, the message or what happened on a device, and whose it is.

use std::borrow::Cow;

use super::endpoint;
use crate::actor;
use crate::common::take_if_held;
use crate::event::Event;
use crate::items::{extension, last_part};
use crate::record::{Record, scalar};
use crate::schema::path::{at, list};

/// Fills the subject from the metadata that the record has.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some(file) = record.object("SharePointMetaData") {
        set_person(event, file.text("From").or_else(|| file.text("FileOwner")));
        set_file(event, &file);
    } else if let Some(mail) = record.object("ExchangeMetaData") {
        set_person(event, mail.text("From"));
        set_mail(event, &mail);
    }
    endpoint::set(event);
    take_if_held(event, "ObjectId", &[at!("file.path"), at!("file.uid")]);
}

/// The actor: a person, unless the record names none.
fn set_person<'a>(event: &mut Event<'_, 'a>, person: Option<Cow<'a, str>>) {
    if let Some(person) = person {
        actor::set_name(event, actor::ACTOR, person);
        event.set_id(actor::ACTOR.type_id, actor::ACTOR.type_, actor::USER);
    }
}

fn set_file<'a>(event: &mut Event<'_, 'a>, file: &Record<'a>) {
    let path = file.text("FilePathUrl");
    let name = file.text("FileName").or_else(|| {
        path.as_deref()
            .and_then(last_part)
            .map(|n| Cow::Owned(n.to_owned()))
    });
    let Some(name) = name else { return };
    event.set_some(at!("file.ext"), extension(&name).map(str::to_owned));
    event.set(at!("file.name"), name);
    event.set_id(at!("file.type_id"), at!("file.type"), (1, "Regular File"));
    event.set_some(at!("file.path"), path);
    event.set_some(at!("file.uid"), file.text("UniqueID"));
    event.set_some(at!("file.size"), file.int("FileSize"));
    event.set_some(at!("file.owner.name"), file.text("FileOwner"));
    event.set_some(at!("file.url.url_string"), file.text("SiteCollectionUrl"));
    for label in file.array("SensitivityLabelIds") {
        add_label(event, scalar(label));
    }
}

fn add_label<'a>(event: &mut Event<'_, 'a>, label: Option<Cow<'a, str>>) {
    let Some(label) = label else { return };
    event.element(list!("file.data_classifications"), |event| {
        event.set(at!("file.data_classifications.uid"), label);
        event.set_id(
            at!("file.data_classifications.confidentiality_id"),
            at!("file.data_classifications.confidentiality"),
            (99, "Sensitivity label"),
        );
    });
}

/// A message has no place of its own in this class: it is the resource.
fn set_mail<'a>(event: &mut Event<'_, 'a>, mail: &Record<'a>) {
    let record = event.record;
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), mail.text("Subject"));
        event.set_some(
            at!("resources.uid"),
            mail.text("MessageID").or_else(|| mail.text("UniqueID")),
        );
        event.set(at!("resources.type"), "Email");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (3, "Affected"),
        );
        event.set_some(at!("resources.data"), record.raw("ExchangeMetaData"));
    });
    if added {
        record.take("ExchangeMetaData");
        if record.text("ObjectId") == mail.text("MessageID") {
            record.take("ObjectId");
        }
    }
}
