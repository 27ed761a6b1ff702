//! Who gains or loses what: apps, connections, consent, the administrator's role.

use std::borrow::Cow;

use super::properties::{analytics, property};
use super::subjects;
use crate::actor::{self, UserLeaves};
use crate::event::Event;
use crate::schema::path::at;
use crate::workloads::canonical;

/// Who gains or loses what; consent is given to the app.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let user: UserLeaves = actor::TARGET;
    match canonical(&operation).as_ref() {
        "recordscopesconsent" => set_consenting_app(event, user),
        "applyadminrole" if property(record, "targetuser.id").is_none() => {
            actor::set_user(event, user);
        }
        _ => {
            event.set_some(user.uid, property(record, "targetuser.id"));
        }
    }
    let permission = analytics(record, "resource.permission_type");
    let said = match canonical(&operation).as_ref() {
        "applyadminrole" => Cow::Borrowed("System Administrator"),
        _ => operation.clone(),
    };
    event.set(at!("privileges"), permission.unwrap_or(said));
}

fn set_consenting_app(event: &mut Event<'_, '_>, user: UserLeaves) {
    let Some(app) = subjects::app(event.record) else {
        return;
    };
    event.set_some(user.name, app.name);
    event.set_some(user.uid, app.uid);
    event.set_id(user.type_id, user.type_, actor::SERVICE);
}
