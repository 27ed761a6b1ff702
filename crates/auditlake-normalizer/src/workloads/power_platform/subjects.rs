//! What an operation is about: an app, a connection, a policy, and the environment that holds it.

use std::borrow::Cow;

use super::properties::{analytics, details, info_text};
use crate::event::Event;
use crate::items::last_part;
use crate::record::Record;
use crate::schema::path::{at, list};

/// Something that an operation is about.
#[derive(Debug, Default)]
pub(super) struct Subject {
    pub(super) kind: String,
    pub(super) name: Option<String>,
    pub(super) uid: Option<String>,
}

impl Subject {
    fn new(kind: &str, name: Option<String>, uid: Option<String>) -> Option<Self> {
        (name.is_some() || uid.is_some()).then(|| Self {
            kind: kind.to_owned(),
            name,
            uid,
        })
    }
}

/// The app: its properties, else `AppName`, which is its identifier, and the name in `AdditionalInfo`.
pub(super) fn app(record: &Record<'_>) -> Option<Subject> {
    // The identifier may be a path that ends with it.
    let id = owned(analytics(record, "resource.power_app.id"));
    let id = id.map(|id| last_part(&id).unwrap_or(&id).to_owned());
    let name = owned(analytics(record, "resource.power_app.display_name"));
    Subject::new("Power App", name, id).or_else(|| {
        let id = owned(record.text("AppName"))?;
        let name = info_text(record, "resourceDisplayName");
        Subject::new("Power App", name, Some(id))
    })
}

/// The environment.
pub(super) fn environment(record: &Record<'_>) -> Option<Subject> {
    let uid = owned(analytics(record, "resource.environment.id"))
        .or_else(|| owned(record.text("EnvironmentId")))
        .or_else(|| info_text(record, "environmentName"));
    let name = owned(analytics(record, "resource.environment.name"));
    Subject::new("Environment", name, uid)
}

/// Any other resource, of the kind that the record says.
pub(super) fn resource(record: &Record<'_>) -> Option<Subject> {
    let request = owned(analytics(record, "resource.tenant.lockbox.request.id"));
    let connector = owned(record.text("ResourceId"));
    let kind = analytics(record, "resource.type").unwrap_or(Cow::Borrowed("Resource"));
    Subject::new(
        &kind,
        owned(analytics(record, "resource.display_name")),
        owned(analytics(record, "resource.id")),
    )
    .or_else(|| Subject::new("Lockbox Request", None, request))
    .or_else(|| Subject::new("Connector Resource", None, connector))
}

fn owned(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

/// The subjects as resources, the target first and with all that the record says of it.
pub(super) fn set_resources(event: &mut Event<'_, '_>) {
    let record = event.record;
    let subjects = [app(record), resource(record), environment(record)];
    let mut details = details(record);
    let mut role = (1, "Target");
    for subject in subjects.into_iter().flatten() {
        let (member, json) = details.take().unzip();
        let added = event.element(list!("resources"), |event| {
            event.set_some(at!("resources.name"), subject.name.clone());
            event.set_some(at!("resources.uid"), subject.uid.clone());
            event.set(at!("resources.type"), subject.kind.clone());
            event.set_id(at!("resources.role_id"), at!("resources.role"), role);
            event.set_some(at!("resources.data"), json);
        });
        if added {
            role = (4, "Related");
            record.take(member.unwrap_or_default());
            take_named(record, &subject);
        }
    }
}

/// Says that the member that names this subject was taken.
pub(super) fn take_named(record: &Record<'_>, subject: &Subject) {
    for member in ["AppName", "ResourceId", "EnvironmentId"] {
        if record.text(member).is_some() && record.text(member).as_deref() == subject.uid.as_deref()
        {
            record.take(member);
        }
    }
}
