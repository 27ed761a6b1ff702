//! Where records of Power Platform say things: in members, in `AdditionalInfo`, in the pairs of `PropertyCollection`.

use std::borrow::Cow;

use crate::record::{Member, Record, is_silent, scalar};

/// The value of a pair in `PropertyCollection`, else of a member of the object that `JsonPropertiesCollection` has as text.
pub(super) fn property<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    record.named("PropertyCollection", name).or_else(|| {
        let text = record.text("JsonPropertiesCollection")?;
        let value = Record::parse(&text).ok()?.text(name)?.into_owned();
        Some(Cow::Owned(value))
    })
}

/// `JsonPropertiesCollection` repeats `PropertyCollection`, where a record has both.
pub(super) fn take_echo(record: &Record<'_>) {
    let text = record.text("JsonPropertiesCollection").unwrap_or_default();
    let Ok(echo) = Record::parse(&text) else {
        return;
    };
    let same = |member: &Member<'_>| {
        is_silent(member.value)
            || record.named("PropertyCollection", &member.key) == scalar(member.value)
    };
    if echo.members().iter().all(same) {
        record.take("JsonPropertiesCollection");
    }
}

/// The value of a pair in `PropertyCollection` whose name begins with `powerplatform.analytics`.
pub(super) fn analytics<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    property(record, &format!("powerplatform.analytics.{name}"))
}

/// What `AdditionalInfo`, an object or one inside a string, says.
pub(super) fn info<T>(
    record: &Record<'_>,
    read: impl FnOnce(&Record<'_>) -> Option<T>,
) -> Option<T> {
    if let Some(object) = record.object("AdditionalInfo") {
        return read(&object);
    }
    let text = record.text("AdditionalInfo")?;
    read(&Record::parse(&text).ok()?)
}

/// Text of a member of `AdditionalInfo`.
pub(super) fn info_text(record: &Record<'_>, name: &str) -> Option<String> {
    info(record, |info| info.text(name).map(Cow::into_owned))
}

/// The operation of the governance API behind a record that says only that there was one.
pub(super) fn governed(record: &Record<'_>) -> Option<String> {
    analytics(
        record,
        "resource.tenant.governance.api_policy.operation_name",
    )
    .map(Cow::into_owned)
}

/// The JSON of the details that a record brings: of its properties, else of its `AdditionalInfo`; and its member.
pub(super) fn details<'a>(record: &Record<'a>) -> Option<(&'static str, Cow<'a, str>)> {
    let properties = record
        .raw("PropertyCollection")
        .filter(|raw| raw.starts_with('[') && !is_silent(raw));
    if let Some(raw) = properties {
        return Some(("PropertyCollection", Cow::Borrowed(raw)));
    }
    let text = record
        .text("AdditionalInfo")
        .filter(|text| Record::parse(text).is_ok());
    let raw = record
        .raw("AdditionalInfo")
        .filter(|raw| raw.starts_with('{'));
    Some(("AdditionalInfo", text.or(raw.map(Cow::Borrowed))?))
}
