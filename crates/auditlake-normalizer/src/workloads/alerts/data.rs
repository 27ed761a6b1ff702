//! What the short names in `Data` stand for.

use std::borrow::Cow;

use crate::event::Event;
use crate::evidence::{
    Mail, add_affected_user, add_data, add_file, add_ip, add_mail, add_url, add_user, owned,
};
use crate::record::Record;
use crate::schema::path::at;

/// Fills description, link and types, and adds evidence.
pub(super) fn set(event: &mut Event<'_, '_>, data: &Record<'_>) {
    event.set_some(at!("finding_info.desc"), owned(data, "ad"));
    for link in ["alk", "ail"] {
        event.set_some(at!("finding_info.src_url"), owned(data, link));
    }
    for threat in many(data, "thn") {
        event.set(at!("finding_info.types"), threat);
    }
    add_people(event, data);
    if data.text("etype").as_deref() == Some("MaliciousUrl") {
        add_click(event, data);
    } else {
        add_mail(event, mail(data));
    }
    add_ip(event, data.text("sip").as_deref());
    for member in ["zu", "pud"] {
        let url = owned(data, member);
        if member == "zu" || url != owned(data, "zu") {
            add_url(event, url);
        }
    }
    let hash = owned(data, "zfh").into_iter().collect();
    if data.text("zfn").is_some() {
        add_file(event, (owned(data, "zfn"), None), hash, None);
    }
}

/// Keeps the whole of it, as JSON.
pub(super) fn keep(event: &mut Event<'_, '_>, data: String) -> bool {
    add_data(event, "Data", data)
}

/// Who did it (`f3u`), and the account of a submission or a restriction (`suid`).
fn add_people(event: &mut Event<'_, '_>, data: &Record<'_>) {
    let actor = owned(data, "f3u");
    let of_entity = event.record.text("AlertEntityId");
    if actor.is_some() && actor.as_deref() != of_entity.as_deref() {
        add_affected_user(event, actor.clone());
        add_user(event, "User", actor, None);
    }
    let account = owned(data, "suid");
    if account.is_some() && account.as_deref() != of_entity.as_deref() {
        add_user(event, "Account", account, None);
    }
}

/// A click on a link: the link, where it is another than the entity, and who clicked.
fn add_click(event: &mut Event<'_, '_>, data: &Record<'_>) {
    let link = owned(data, "eid");
    if link.as_deref() != event.record.text("AlertEntityId").as_deref() {
        add_url(event, link);
    }
    for user in many(data, "trc") {
        add_affected_user(event, Some(user.clone()));
        add_user(event, "User", Some(user), None);
    }
}

/// The message: of threats `tsd`, `trc`; of DLP `mfrm`, `to`, `cc`.
fn mail<'a>(data: &Record<'_>) -> Mail<'a> {
    let to = ["trc", "to", "cc"];
    Mail {
        from: owned(data, "tsd").or_else(|| owned(data, "mfrm")),
        to: to.iter().flat_map(|member| many(data, member)).collect(),
        subject: owned(data, "ms"),
        message_uid: owned(data, "imsgid"),
        uid: None,
    }
}

/// Values parted by commas or semicolons.
fn many<'a>(data: &Record<'_>, member: &str) -> Vec<Cow<'a, str>> {
    let text = data.text(member).unwrap_or_default();
    text.split([',', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| Cow::Owned(part.to_owned()))
        .collect()
}
